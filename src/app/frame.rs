//! The frame around every page: rail, top bar, content, toasts.

use super::away::{AwayLine, until_answered, use_is_away};
use super::components::icon::{Icon, IconName};
use super::components::toast::ToastRegion;
use super::components::{close_menus, close_tips_on_escape};
use super::keys::{KeysDialog, KeysShown, listen_for_keys};
use super::live::LiveStatus;
use super::scroll::keep_places;
use super::search::{Search, SearchDialog, SearchLink};
use super::server_fns::count_quarantine;
use super::state::{use_flash, use_revision};
use super::theme::ThemeSwitch;
use super::{PRODUCT, format};
use crate::wire::Flash;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::components::A;
use leptos_router::hooks::use_location;
use web_sys::HtmlElement;

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    forget_flash_on_navigation();
    close_tips_on_escape();
    close_menus();
    keep_places();
    let is_away = use_is_away();
    let keys = KeysShown::provide();
    let search = Search::new(keys);
    listen_for_keys(move || search.open(), keys);
    view! {
        <SkipLink />
        <SearchDialog search />
        <KeysDialog keys />
        <div class="frame">
            <Rail />
            <header class="topbar">
                <A href="/" attr:class="topbar__name">{PRODUCT}</A>
                <SearchLink search />
                <LiveStatus />
                <ThemeSwitch />
            </header>
            <main class="content" id="content" tabindex="-1" data-away=move || is_away.get().then_some("")>{children()}</main>
        </div>
        <ToastRegion><AwayLine is_away /></ToastRegion>
    }
}

/// Skips to the content; on the portfolio to the rows of its list, from where the next Tab reaches the first customer.
#[component]
fn SkipLink() -> impl IntoView {
    let path = use_location().pathname;
    let has_list = Memo::new(move |_| *path.read() == "/");
    let (href, words) = (
        move || if has_list.get() { "#rows" } else { "#content" },
        move || if has_list.get() { "Skip to the list" } else { "Skip to content" },
    );
    // "external" leaves the jump to the browser, which moves the focus as well. The router would only scroll.
    view! { <a class="skip-link" href=href rel="external">{words}</a> }
}

/// Forgets the result of a plain form when the visitor leaves the page that it was sent from.
fn forget_flash_on_navigation() {
    let (path, flash) = (use_location().pathname, use_flash());
    Effect::watch(move || path.get(), move |_, _, _| flash.set(Flash::default()), false);
}

/// An entry of the rail, with the paths that belong to it.
struct Place {
    href: &'static str,
    label: &'static str,
    /// The part of the label that a narrow screen leaves out.
    more: &'static str,
    icon: IconName,
    owns: fn(&str) -> bool,
}

const PLACES: [Place; 7] = [
    Place { href: "/today", label: "Today", more: "", icon: IconName::Today, owns: |path| path == "/today" },
    Place { href: "/", label: "Portfolio", more: "", icon: IconName::Portfolio, owns: |path| path == "/" || is_customer(path) },
    Place { href: "/month", label: "Month", more: "", icon: IconName::Month, owns: |path| path == "/month" },
    Place {
        href: "/customers/new",
        label: "Add",
        more: " customer",
        icon: IconName::AddCustomer,
        owns: |path| path == "/customers/new",
    },
    Place {
        href: "/events/new",
        label: "Log",
        more: " event",
        icon: IconName::LogEvent,
        owns: |path| path.ends_with("/events/new"),
    },
    Place {
        href: "/scorecard",
        label: "Scoring",
        more: "",
        icon: IconName::Scoring,
        owns: |path| matches!(path, "/scorecard" | "/backtest"),
    },
    Place { href: "/import", label: "Import", more: "", icon: IconName::Import, owns: |path| path.starts_with("/import") },
];

const HELP: Place = Place { href: "/help", label: "Help", more: "", icon: IconName::Help, owns: |path| path == "/help" };

fn is_customer(path: &str) -> bool {
    path.starts_with("/customers/") && path != "/customers/new" && !path.ends_with("/events/new")
}

/// The addresses of the places that stay in a phone's bar. The others open from it.
const FIRST: [&str; 4] = ["/today", "/", "/events/new", "/month"];
/// The id of the list of the other places.
const REST: &str = "rest";

#[component]
fn Rail() -> impl IntoView {
    let path = use_location().pathname;
    // A link in the phone's list leads on without a new page, so the list has to be closed.
    Effect::watch(
        move || path.get(),
        move |_, _, _| {
            let open = document().query_selector(&format!("#{REST}:popover-open")).ok().flatten();
            if let Some(open) = open.and_then(|open| open.dyn_into::<HtmlElement>().ok()) {
                let _ = open.hide_popover();
            }
        },
        false,
    );
    let (first, rest): (Vec<_>, Vec<_>) = PLACES.into_iter().partition(|place| FIRST.contains(&place.href));
    view! {
        <nav class="rail" aria-label="Main">
            <span class="rail__mark"><Icon name=IconName::Mark /></span>
            <ul class="rail__list">
                {first.into_iter().map(|place| view! { <RailLink place /> }).collect_view()}
                <li class="rail__opener">
                    <button type="button" class="rail__link" popovertarget=REST>
                        <Icon name=IconName::More />
                        "More"
                    </button>
                </li>
            </ul>
            <ul class="rail__list rail__rest" id=REST popover="auto">
                {rest.into_iter().map(|place| view! { <RailLink place /> }).collect_view()}
                <Refused />
                <RailLink place=HELP />
                <li>
                    <a class="rail__link" href="/api/docs" rel="external">
                        <Icon name=IconName::Api />
                        "API docs"
                    </a>
                </li>
            </ul>
        </nav>
    }
}

#[component]
fn RailLink(place: Place) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || (place.owns)(&path.read()).then_some("page");
    let more = (!place.more.is_empty()).then(|| view! { <span class="rail__more">{place.more}</span> });
    view! {
        <li>
            <a class="rail__link" href=place.href aria-current=current>
                <Icon name=place.icon />
                <span>{place.label}{more}</span>
            </a>
        </li>
    }
}

/// Links to the quarantine while items wait there.
#[component]
fn Refused() -> impl IntoView {
    let revision = use_revision();
    let path = use_location().pathname;
    let waiting = Resource::new(move || revision.get(), |_| until_answered(count_quarantine));
    let link = move |count: i64| {
        let current = move || (*path.read() == "/quarantine").then_some("page");
        view! {
            <li>
                <a class="rail__link" href="/quarantine" aria-current=current>
                    <Icon name=IconName::AtRisk />
                    <span>{format::group(count)} " refused"</span>
                </a>
            </li>
        }
    };
    view! {
        <Transition>
            {move || Suspend::new(async move { waiting.await.ok().filter(|count| *count > 0).map(link) })}
        </Transition>
    }
}
