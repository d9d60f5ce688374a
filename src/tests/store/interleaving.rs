//! Whatever happens in whatever order, what is stored is what all events give when they are counted anew. The steps are drawn
//! at random, the same ones in every run; a failure names its seed.

use crate::domain::band_change::BandChangeCause;
use crate::domain::measure::Measure;
use crate::domain::{CustomerId, EventId, EventKind, FactorKey, NewRulebook, Scorecard};
use crate::server::store::{Incoming, StoreError};
use crate::tests::harness::*;
use chrono::{DateTime, Duration, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEEDS: u64 = 4;
const STEPS: usize = 150;

struct Story<'a> {
    db: &'a Database,
    dice: ChaCha8Rng,
    now: DateTime<Utc>,
    customers: Vec<CustomerId>,
    events: Vec<EventId>,
    /// True when the rules measure users and a reading in place of two of the five.
    measures_users: bool,
}

impl Story<'_> {
    fn customer(&mut self) -> CustomerId {
        self.customers[self.dice.random_range(0..self.customers.len())]
    }

    /// Draws a fact of any kind: of now, of the last days, or of long ago.
    fn fact(&mut self) -> Fact {
        let number = format!("R{}", self.dice.random_range(0..6));
        let fact = match self.dice.random_range(0..12) {
            0 => login(),
            1 => login().user(["ann", "bob"][self.dice.random_range(0..2)]),
            2 | 3 => {
                let fact = feature(["export", "alerts", "reports"][self.dice.random_range(0..3)]);
                fact.user(["ann", "bob", "Cy"][self.dice.random_range(0..3)])
            }
            4 | 5 => api_calls(self.dice.random_range(1..50)),
            6 => ticket(),
            7 => invoice(&number).due(self.now.date_naive() - Duration::days(self.dice.random_range(-5..30))),
            8 => paid(&number),
            9 => voided(&number),
            _ => {
                let name = ["nps", "seats used"][self.dice.random_range(0..2)];
                reading(name, &self.dice.random_range(-9..99).to_string())
            }
        };
        let days_ago = match self.dice.random_range(0..4) {
            0 | 1 => 0,
            2 => self.dice.random_range(0..10),
            _ => self.dice.random_range(0..400),
        };
        let fact = fact.at(self.now - Duration::days(days_ago));
        match self.dice.random_range(0..3) {
            0 => fact.message(&format!("m-{}", self.dice.random_range(0..400))),
            _ => fact,
        }
    }

    async fn step(&mut self) {
        match self.dice.random_range(0..20) {
            0..=9 => {
                let (customer, event) = (self.customer(), self.fact().received_at(self.now));
                self.remember(self.db.posts.insert_event(customer, &event, self.now).await.map(|stored| stored.event.id));
            }
            // Several at the same moment share a transaction.
            10..=12 => {
                let mut posts = Vec::new();
                for _ in 0..8 {
                    let (queue, now) = (self.db.posts.clone(), self.now);
                    let (customer, event) = (self.customer(), self.fact().received_at(now));
                    posts.push(tokio::spawn(async move { queue.insert_event(customer, &event, now).await }));
                }
                for post in posts {
                    self.remember(post.await.unwrap().map(|stored| stored.event.id));
                }
            }
            13 | 14 => {
                let now = self.now;
                let incoming: Vec<_> = (0..12)
                    .map(|_| Incoming { customer: self.customer(), event: self.fact().received_at(now), received_at: now })
                    .collect();
                self.db.insert_events(&incoming).await.1.unwrap();
                let customers: Vec<_> = incoming.iter().map(|one| one.customer).collect();
                self.db.rescore(&customers, BandChangeCause::Facts, now).await.unwrap();
            }
            15 | 16 if !self.events.is_empty() => {
                let event = self.events.swap_remove(self.dice.random_range(0..self.events.len()));
                self.remember(self.db.retract_event(event, "test", self.now).await.map(|_| EventId(0)));
            }
            17 => self.change_rules().await,
            18 => {
                self.now += Duration::days(self.dice.random_range(1..4));
                self.db.pack_users(self.now.date_naive(), 7).await.unwrap();
            }
            _ => self.now += Duration::minutes(self.dice.random_range(1..600)),
        }
    }

    async fn change_rules(&mut self) {
        let version = self.db.current_rulebook().await.unwrap().version + 1;
        let mut scorecard = Scorecard::default().with(|rules| {
            rules.version = version;
            rules.factors.login_frequency.window_days = Some(self.dice.random_range(1..100));
            rules.factors.support_load.weight = self.dice.random_range(0..50);
            rules.bands.healthy.0 = self.dice.random_range(500..800);
        });
        if self.measures_users {
            let days = self.dice.random_range(1..100);
            let measures = [
                (
                    FactorKey::FEATURE_ADOPTION,
                    Measure::DistinctUsers { kinds: vec![EventKind::Login, EventKind::FeatureUse], days },
                ),
                (FactorKey::API_TREND, Measure::Latest { reading: "nps".into(), days }),
            ];
            for (key, measure) in measures {
                scorecard.factors.get_mut(key).unwrap().measure = measure;
            }
        }
        let new = NewRulebook { rulebook: scorecard.into(), segments: None, author: "Ada".into(), note: "test".into() };
        self.db.add_rulebook(&new, self.now).await.unwrap();
    }

    /// A contradiction is an answer like another; anything else is a failure.
    fn remember(&mut self, result: Result<EventId, StoreError>) {
        match result {
            Ok(EventId(0)) | Err(StoreError::Conflict(_)) => {}
            Ok(id) => self.events.push(id),
            Err(error) => panic!("{error}"),
        }
    }
}

on_each_database! {
    async fn stored_health_is_what_all_events_give_after_any_interleaving(db: Database) {
        for seed in 0..SEEDS {
            let customers = vec![db.customer("Acme").await, db.customer("Bolt").await, db.customer("Core").await];
            let dice = ChaCha8Rng::seed_from_u64(seed);
            let now = now() + Duration::days(400 * seed as i64);
            let mut story = Story { db: &db, dice, now, customers, events: Vec::new(), measures_users: seed % 2 == 1 };
            story.change_rules().await;
            for step in 0..STEPS {
                story.step().await;
                if step % 15 == 0 || step == STEPS - 1 {
                    println!("seed {seed}, step {step}");
                    // Only what is stale is scored anew; the rest must be right already.
                    db.roll_over_all(story.now.date_naive()).await;
                    db.assert_settled(story.now.date_naive()).await;
                }
            }
        }
    }
}
