//! Icons: one 20 by 20 drawing each, in the colour of the text. They are decoration; words stand beside them.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    Mark,
    Today,
    Month,
    Portfolio,
    AddCustomer,
    LogEvent,
    Scoring,
    Help,
    More,
    Api,
    System,
    Sun,
    Moon,
    Healthy,
    AtRisk,
    ChurnRisk,
    Onboarding,
    NoData,
    Up,
    Down,
    Flat,
    Search,
    Close,
    Check,
    Left,
    Right,
    External,
    Download,
    Undo,
    Clock,
    Import,
    Failed,
}

impl IconName {
    /// Returns the icon's outlines, to be stroked.
    fn path(self) -> &'static str {
        match self {
            Self::Mark => "M2 11.2h3.8l1.9-5.6 3.7 9.4 1.9-5.3H18",
            Self::Today => "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5M7.5 12.5l2 2 3.5-3.5",
            Self::Month => "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5M6.5 11.5h1.5M12 11.5h1.5M6.5 14h1.5M12 14h1.5",
            Self::Portfolio => "M3.5 16.5v-5M8 16.5v-9M12.5 16.5v-6.5M17 16.5V4",
            Self::AddCustomer => "M3.5 17V4.5a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1V17M1.5 17h17M6 7h3M6 10.5h3M15.5 6v6M12.5 9h6",
            Self::LogEvent => "M10 6v8M6 10h8M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z",
            Self::Scoring => "M3 5.5h7M14 5.5h3M3 14.5h3M10 14.5h7M12 3.5v4M8 12.5v4M3 10h14",
            Self::More => "M4 10v.1M10 10v.1M16 10v.1",
            Self::Help => {
                "M7.8 7.8a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.8M10 14v.1M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z"
            }
            Self::Api => "M6.5 6 2.5 10l4 4M13.5 6l4 4-4 4M11.5 4l-3 12",
            Self::System => "M3 4h14v9.5H3zM7.5 17h5M10 13.5V17",
            Self::Sun => {
                "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M16 4l-1.4 1.4M5.4 14.6 4 16"
            }
            Self::Moon => "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z",
            Self::Healthy | Self::Check => "m4 10.5 4 4 8-9",
            Self::AtRisk => "M10 3 1.8 17h16.4zM10 8.5v4M10 14.8v.1",
            Self::ChurnRisk => "M7 2.5h6L17.5 7v6L13 17.5H7L2.5 13V7zM10 6.5v4.5M10 13.5v.1",
            Self::Onboarding => "M4 16V4l9 4-9 4",
            Self::NoData => "M4.5 10h11",
            Self::Up => "M10 16V4M5 9l5-5 5 5",
            Self::Down => "M10 4v12M5 11l5 5 5-5",
            Self::Flat => "M4 10h12M11 5l5 5-5 5",
            Self::Search => "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM12.5 12.5 17 17",
            Self::Close => "m5 5 10 10M15 5 5 15",
            Self::Left => "m12.5 4-6 6 6 6",
            Self::Right => "m7.5 4 6 6-6 6",
            Self::External => "M8 4H4v12h12v-4M11 3.5h5.5V9M16.5 3.5 9 11",
            Self::Download => "M10 3v10M5.5 8.5 10 13l4.5-4.5M3.5 16.5h13",
            Self::Clock => "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM10 6v4l2.8 1.8",
            Self::Import => "M10 13V3.5M5.5 8 10 3.5 14.5 8M3.5 13v3.5h13V13",
            Self::Failed => "M7.5 7.5l5 5M12.5 7.5l-5 5M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z",
            Self::Undo => "M4 8h8a4.5 4.5 0 0 1 0 9H8M4 8l4-4M4 8l4 4",
        }
    }
}

#[component]
pub fn Icon(name: IconName) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 20 20"
            width="1em"
            height="1em"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=name.path() />
        </svg>
    }
}
