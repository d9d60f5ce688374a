//! `/customers/{id}`: one customer, today or as of a past day; history, factors, events, notes, outcomes.

mod banners;
mod bar;
mod changes;
mod factors;
mod failure;
mod head;
mod history;
mod invoices;
mod notes;
mod outcomes;
mod people;
mod place;
mod readings;
mod standing;
mod timeline;
mod words;

use crate::app::components::charts::Waterfall;
use crate::app::components::{Answer, Followed, SaveChart, use_changed};
use crate::app::forms::{EventForms, LOG_PANEL, LogSubject};
use crate::app::live::{follows, use_news};
use crate::app::server_fns::{load_customer_page, load_timeline};
use crate::app::state::{use_customer_id, use_revision};
use crate::app::until_answered;
use crate::domain::{Band, CustomerId};
use crate::wire::pages::{CustomerPage as Page, Timeline};
use banners::{ArchivedBanner, ExternalIdBanner, FirstEvent, PastDayBanner};
use bar::SmallHeader;
use changes::ChangesSection;
use factors::FactorsSection;
use failure::PageFailure;
use head::CustomerHead;
use history::HistorySection;
use invoices::InvoicesSection;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use notes::NotesSection;
use outcomes::OutcomesSection;
use people::PeopleSection;
use place::Place;
use readings::ReadingsSection;
use standing::StandingStrip;
use timeline::TimelineSection;
use words::sum_words;

#[component]
pub fn CustomerPage() -> impl IntoView {
    let (id, query) = (use_customer_id(), use_query_map());
    let place = Memo::new(move |_| Place::new(id.get(), |name| query.read().get(name)));
    let revision = use_revision();
    let asked = Memo::new(move |_| {
        place.with(|place| (place.id, place.as_of.clone(), place.known_at.clone(), place.history_days(), place.change_days()))
    });
    let news = use_news();
    // A past day changes only by events that are logged on this very page.
    let heard = move || asked.with(|(_, as_of, known_at, ..)| follows(as_of, known_at)).then(|| news.get());
    let page = Resource::new(
        move || (asked.get(), revision.get(), heard()),
        |(asked, ..)| async move {
            let (id, as_of, known_at, days, since) = asked.clone();
            let ask = move || load_customer_page(id, as_of.clone(), known_at.clone(), days, since);
            (asked, until_answered(ask).await)
        },
    );
    let events = Memo::new(move |_| place.with(|place| (place.id, place.events_query())));
    let timeline = Resource::new(
        move || (events.get(), revision.get(), heard()),
        |(asked, ..)| async move { (asked.clone(), until_answered(move || load_timeline(asked.0, asked.1.clone())).await) },
    );
    let failure = Callback::new(move |error| view! { <PageFailure error place /> }.into_any());
    view! {
        <Followed
            resource=page
            key=|page| page.customer.id
            view=move |page| view! { <Customer page timeline place /> }.into_any()
            failure
            lines=12
        />
    }
}

/// The key of a page of events: the customer and the query.
type Asked = (CustomerId, String);

/// Shows the page's sections, in the order in which one reads them.
#[component]
fn Customer(page: Memo<Page>, timeline: Resource<Answer<Asked, Timeline>>, place: Memo<Place>) -> impl IntoView {
    let who = Memo::new(move |_| {
        page.with(|page| (page.customer.clone(), page.headline.clone(), page.is_known(), page.at().asked(page.today)))
    });
    // Of whom nothing is known, there is nothing to show but how to send the first event.
    let is_known = Memo::new(move |_| page.with(Page::is_known));
    let head = move || {
        // Tracking alone would not compute the memo, so it would never hear of the next value.
        who.with(|_| ());
        view! { <CustomerHead page=StoredValue::new(page.get_untracked()) /> }
    };
    let standing = move || {
        let name = page.with(|page| page.customer.fields.name.clone());
        let page = StoredValue::new(page.get());
        view! {
            <Title text=name />
            <ArchivedBanner page />
            <ExternalIdBanner page />
            <PastDayBanner page place />
            {is_known.get_untracked().then(|| view! { <SmallHeader page /> <StandingStrip page place /> })}
            <FirstEvent page />
        }
    };
    let changes = move || view! { <ChangesSection page=StoredValue::new(page.get()) place /> };
    let factors = move || view! { <FactorsSection page=StoredValue::new(page.get()) /> };
    let composition = move || view! { <Composition page=StoredValue::new(page.get()) /> };
    let figures = move || {
        is_known.get().then(|| {
            view! {
                <HistorySection page place />
                {changes}
                {factors}
            }
        })
    };
    let events = move || {
        is_known.get().then(|| {
            view! {
                <section class="panel" id="events" aria-labelledby="events-title">
                    <Followed
                        resource=timeline
                        key=|_| ()
                        view=move |timeline| view! { <TimelineSection timeline place /> }.into_any()
                    />
                </section>
            }
        })
    };
    let changed = use_changed(move || page.with(|page| ((page.customer.id, page.health.as_of), page.health.score)));
    view! {
        <div class="customer" data-changed=move || changed.get().then_some("")>
            {head}
            {standing}
            {figures}
            <div class="customer__seven stack">
                {move || is_known.get().then(|| view! { <PeopleSection page place /> })}
                <NotesSection page />
                {events}
            </div>
            <div class="customer__five stack">
                {move || is_known.get().then(|| composition.into_view())}
                <ReadingsSection page />
                <LogSection page />
                <OutcomesSection page />
                {move || is_known.get().then(|| view! { <InvoicesSection page /> })}
            </div>
        </div>
    }
}

#[component]
fn Composition(page: StoredValue<Page>) -> impl IntoView {
    let (mut health, limits, sum) = page.with_value(|page| (page.health.clone(), page.scorecard.bands.clone(), sum_words(page)));
    if page.with_value(Page::is_new) {
        health.band = Band::NoData;
    }
    view! {
        <section class="panel" aria-labelledby="composition-title">
            <div class="panel__head">
                <h2 id="composition-title">"How the score is put together"</h2>
                <SaveChart of=".waterfall" name="score" title="How the score is put together" />
            </div>
            <Waterfall health limits sum />
            <p class="muted waterfall-key">"Score times weight gives points; the dashed rest of a bar is what the factor could still add."</p>
        </section>
    }
}

#[component]
fn LogSection(page: Memo<Page>) -> impl IntoView {
    let is_today = Memo::new(move |_| page.with(|page| page.health.as_of == page.today));
    let subject = Memo::new(move |_| page.with(LogSubject::of));
    move || {
        is_today.get().then(|| {
            view! {
                <section class="panel no-print" id=LOG_PANEL aria-labelledby="log-title">
                    <div class="panel__head">
                        <h2 id="log-title">"Log an event"</h2>
                    </div>
                    <EventForms subject />
                </section>
            }
        })
    }
}
