//! Asks the server for the portfolio, and for the values of measures that the browser does not have yet. Measures are asked for
//! after a pause in typing, and a request is dropped once the rules need others.

use super::WhatIf;
use crate::app::server_fns::measure_portfolio;
use crate::app::until_answered;
use crate::domain::measure::Measure;
use crate::domain::measure_input::MeasureInput;
use crate::scoring::trial::Trial;
use crate::wire::AppError;
use crate::wire::trial::{MOST_TRIED, MeasuredPortfolio, read_column};
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::serde_json;
use leptos::task::spawn_local;
use std::time::Duration;

/// The pause in typing before measures are asked for.
const TYPING_PAUSE: Duration = Duration::from_millis(400);

/// The state of the measurements on their way here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loading {
    /// Nothing was asked for yet.
    Waiting,
    /// The server measures.
    Pending,
    Here,
    /// There are so many customers that rules are not tried on them here.
    TooMany(i64),
    Failed(String),
}

/// The request that is under way.
pub struct Requests {
    /// The measures that are asked for, with true when the customers are too.
    asked: Option<(Vec<Measure>, bool)>,
    pause: Option<TimeoutHandle>,
    abort: Option<AbortHandle>,
    /// The mark of the customers that are here.
    mark: String,
    /// The context in which requests are made.
    owner: Option<Owner>,
}

impl Requests {
    pub fn new() -> Self {
        Self { asked: None, pause: None, abort: None, mark: String::new(), owner: Owner::current() }
    }

    fn stop(&mut self) {
        self.pause.take().iter().for_each(TimeoutHandle::clear);
        self.abort.take().iter().for_each(AbortHandle::abort);
        self.asked = None;
    }
}

impl WhatIf {
    /// Asks for measures, and for the customers too, unless that is under way. What was asked for before is not waited for any more.
    pub(super) fn ask(self, measures: Vec<Measure>, with_customers: bool) {
        let asked = Some((measures.clone(), with_customers));
        let is_closed = matches!(self.loading.get_untracked(), Loading::TooMany(_));
        if is_closed || self.requests.with_value(|requests| requests.asked == asked) {
            return;
        }
        let send = move || self.send(measures.clone(), with_customers);
        self.requests.update_value(|requests| {
            requests.stop();
            requests.asked = asked;
        });
        self.loading.set(Loading::Pending);
        if with_customers {
            return send();
        }
        let pause = set_timeout_with_handle(send, TYPING_PAUSE).ok();
        self.requests.update_value(|requests| requests.pause = pause);
    }

    /// Ends what is under way.
    pub(super) fn stop_asking(self) {
        self.requests.update_value(Requests::stop);
        self.loading.set(Loading::Here);
    }

    fn send(self, measures: Vec<Measure>, with_customers: bool) {
        let inputs: Vec<_> = measures.iter().map(MeasureInput::from).collect();
        let Ok(text) = serde_json::to_string(&inputs) else { return };
        let ask = move || until_answered(move || measure_portfolio(text.clone(), with_customers));
        let owner = self.requests.with_value(|requests| requests.owner.clone());
        let (answer, abort) = abortable(match owner {
            Some(owner) => owner.with(ask),
            None => ask(),
        });
        self.requests.update_value(|requests| requests.abort = Some(abort));
        spawn_local(async move {
            if let Ok(answer) = answer.await {
                self.requests.try_update_value(|requests| requests.asked = None);
                self.take(measures, answer);
            }
        });
    }

    fn take(self, measures: Vec<Measure>, answer: Result<MeasuredPortfolio, AppError>) {
        let MeasuredPortfolio { active, mark, customers, columns } = match answer {
            Ok(answer) => answer,
            Err(error) => return self.loading.set(Loading::Failed(error.to_string())),
        };
        if active > MOST_TRIED {
            self.forget();
            return self.loading.set(Loading::TooMany(active));
        }
        if let Some(customers) = customers {
            self.currency.set(customers.currency.clone());
            let segments = customers.segments.iter().map(|segment| segment.to_string()).collect();
            self.trial.set_value(Some(Trial::new(customers.as_of, segments, customers.rows())));
            self.requests.update_value(|requests| requests.mark = mark);
        } else if self.requests.with_value(|requests| requests.mark != mark) {
            // Somebody has come or gone since the others were measured.
            self.forget();
        }
        self.trial.update_value(|trial| {
            for (measure, column) in measures.into_iter().zip(&columns) {
                if let (Some(trial), Some(column)) = (trial.as_mut(), read_column(column)) {
                    trial.add_column(measure, column);
                }
            }
        });
        self.columns.update(|columns| *columns += 1);
        self.try_rules();
    }

    /// Asks again after a failure.
    pub(super) fn ask_again(self) {
        self.loading.set(Loading::Waiting);
        self.try_rules();
    }
}
