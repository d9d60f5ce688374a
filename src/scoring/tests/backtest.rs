//! Backtests against figures worked out by hand, and against counting every pair.

use super::given::day;
use crate::domain::backtest::{Auc, AucDifference, Known, LeftOut, Rate, TestedFactor, TestedScores, Verdict, WarningCode};
use crate::domain::{Backtest, BacktestQuery, Band, CustomerId, FactorKey, Factors, Figure, MissingPolicy, Points, Segment};
use crate::scoring::backtest::{Case, Churned, Departure, Fate, TestCase, Tested, auc_of, auc_of_weights, backtest, difference};
use proptest::prelude::*;

fn case(customer: i64, days_ago: i64, left: bool) -> Case {
    Case { customer: CustomerId(customer), day: day(days_ago), left }
}

/// Returns cases of one day, with the values of those that left and of those that stayed.
fn one_day(left: &[i64], stayed: &[i64]) -> (Vec<Case>, Vec<i64>) {
    let all = left.iter().map(|value| (*value, true)).chain(stayed.iter().map(|value| (*value, false)));
    (1..).zip(all).map(|(customer, (value, left))| (case(customer, 90, left), value)).unzip()
}

fn auc(cases: &[Case], values: &[i64]) -> Option<Auc> {
    auc_of(cases, &values.iter().copied().map(Some).collect::<Vec<_>>())
}

fn auc_of_day(left: &[i64], stayed: &[i64]) -> Option<Auc> {
    let (cases, values) = one_day(left, stayed);
    auc(&cases, &values)
}

fn figures([value, low, high]: [i64; 3]) -> Auc {
    Auc { value: Figure(value), low: Figure(low), high: Figure(high) }
}

#[test]
fn pairs_are_counted_with_ties_as_halves_and_their_interval_is_delongs() {
    // V = 1, 1/2; W = 1/2, 3/4, 1; A = 3/4; variance = (1/8)/2 + (1/16)/3.
    assert_eq!(auc_of_day(&[1, 3], &[2, 3, 4]), Some(figures([7_500, 1_280, 9_840])));
    assert_eq!(auc_of_day(&[3, 1], &[4, 2, 3]), auc_of_day(&[1, 3], &[2, 3, 4]), "order does not matter");
    assert_eq!(auc_of_day(&[10, 30], &[20, 30, 40]), auc_of_day(&[1, 3], &[2, 3, 4]), "only ranks matter");
}

#[test]
fn where_all_pairs_are_in_order_the_variance_is_hanleys_and_mcneils() {
    assert_eq!(auc_of_day(&[1, 2, 3], &[4, 5, 6, 7]), Some(figures([10_000, 3_048, 9_911])));
    assert_eq!(auc_of_day(&[4, 5, 6, 7], &[1, 2, 3]).map(|auc| auc.value), Some(Figure(0)));
    // The more there are, the surer it is.
    let (left, stayed): (Vec<_>, Vec<_>) = ((0..30).collect(), (30..430).collect());
    assert_eq!(auc_of_day(&left, &stayed), Some(figures([10_000, 8_914, 9_978])));
}

#[test]
fn one_that_left_tells_little() {
    assert_eq!(auc_of_day(&[2], &[1, 2, 3, 4]), Some(figures([6_250, 787, 9_702])));
}

#[test]
fn there_is_no_figure_without_one_that_left_one_that_stayed_and_two_values() {
    assert_eq!(auc_of_day(&[], &[1, 2, 3]), None);
    assert_eq!(auc_of_day(&[1, 2, 3], &[]), None);
    assert_eq!(auc_of_day(&[], &[]), None);
    assert_eq!(auc_of_day(&[50, 50], &[50, 50, 50]), None);
    assert_eq!(auc_of_day(&[50, 50], &[50, 51]).map(|auc| auc.value), Some(Figure(7_500)));
    // Two days that differ from each other, but within neither of which anybody does.
    let cases = [case(1, 180, true), case(2, 180, false), case(3, 90, true), case(2, 90, false)];
    assert_eq!(auc(&cases, &[10, 10, 20, 20]), None);
}

#[test]
fn pairs_are_formed_within_a_day_and_the_variance_is_of_customers() {
    // On the first day 1 left, and 2 and 3 stayed; on the second 2 left, and 3 and 4 stayed: 3 of 4 pairs are in order.
    let cases =
        [case(1, 180, true), case(2, 180, false), case(3, 180, false), case(2, 90, true), case(3, 90, false), case(4, 90, false)];
    let values = [1, 2, 3, 2, 1, 4];
    // Influences 1/8, -1/16, -1/8, 1/16 of the four customers; variance 4/3 x 10/256.
    assert_eq!(auc(&cases, &values), Some(figures([7_500, 2_164, 9_702])));
    // A day on which all stayed adds nothing.
    let more: Vec<_> = cases.into_iter().chain([case(5, 30, false), case(6, 30, false)]).collect();
    assert_eq!(auc(&more, &[1, 2, 3, 2, 1, 4, 0, 9]), auc(&cases, &values));
}

#[test]
fn two_scores_of_the_same_customers_are_compared_in_pairs() {
    let (cases, first) = one_day(&[1, 3], &[2, 3, 4]);
    let second = [3, 1, 1, 4, 2];
    // 3/4 - 7/12; variance 1/12 + 1/9 - 2 (-1/16 + 1/96).
    let expected =
        AucDifference { value: Figure(1_667), low: Figure(-9_044), high: Figure(12_377), standard_error: Figure(5_465) };
    assert_eq!(difference(&cases, &first, &second), Some(expected));
    let none = difference(&cases, &first, &first).unwrap();
    assert_eq!((none.value, none.standard_error), (Figure(0), Figure(0)));
    let (cases, values) = one_day(&[], &[1, 2]);
    assert_eq!(difference(&cases, &values, &values), None);
}

/// Returns the AUC's pairs in halves, its number of pairs, and its variance, by looking at every pair.
fn brute_force(cases: &[Case], values: &[i64]) -> (i64, i64, f64) {
    let halves = |left: usize, stayed: usize| match values[left].cmp(&values[stayed]) {
        std::cmp::Ordering::Less => 2,
        std::cmp::Ordering::Equal => 1,
        std::cmp::Ordering::Greater => 0,
    };
    let pairs: Vec<_> = (0..cases.len())
        .flat_map(|a| (0..cases.len()).map(move |b| (a, b)))
        .filter(|(a, b)| cases[*a].left && !cases[*b].left && cases[*a].day == cases[*b].day)
        .collect();
    let right: i64 = pairs.iter().map(|(a, b)| halves(*a, *b)).sum();
    let auc = right as f64 / (2 * pairs.len()) as f64;
    let influence = |place: usize| -> f64 {
        let of_case = pairs.iter().filter(|(a, b)| *a == place || *b == place);
        of_case.map(|(a, b)| halves(*a, *b) as f64 / 2.0 - auc).sum::<f64>() / pairs.len() as f64
    };
    let paired: Vec<_> = (0..cases.len()).filter(|place| pairs.iter().any(|(a, b)| a == place || b == place)).collect();
    let mut days: Vec<_> = paired.iter().map(|place| cases[*place].day).collect();
    days.sort();
    days.dedup();
    let factor = |number: usize| if number > 1 { number as f64 / (number - 1) as f64 } else { 0.0 };
    let variance = if days.len() == 1 {
        let group = |left: bool| -> f64 {
            let squares: Vec<_> =
                paired.iter().filter(|place| cases[**place].left == left).map(|place| influence(*place).powi(2)).collect();
            factor(squares.len()) * squares.iter().sum::<f64>()
        };
        group(true) + group(false)
    } else {
        let mut customers: Vec<_> = paired.iter().map(|place| cases[*place].customer).collect();
        customers.sort();
        customers.dedup();
        let sum = |customer: &CustomerId| -> f64 {
            paired.iter().filter(|place| cases[**place].customer == *customer).map(|place| influence(*place)).sum()
        };
        factor(customers.len()) * customers.iter().map(|customer| sum(customer).powi(2)).sum::<f64>()
    };
    (right, pairs.len() as i64, variance)
}

proptest! {
    #[test]
    fn ranks_count_what_a_look_at_every_pair_counts(
        rows in prop::collection::vec((1..15i64, 0..3i64, prop::bool::ANY, 0..12i64), 0..40),
    ) {
        let cases: Vec<_> = rows.iter().map(|(customer, day, left, _)| case(*customer, 90 * day, *left)).collect();
        let values: Vec<_> = rows.iter().map(|row| row.3).collect();
        let found = auc(&cases, &values);
        let (right, pairs, variance) = brute_force(&cases, &values);
        if let Some(auc) = found {
            let value = right as f64 / (2 * pairs) as f64;
            prop_assert_eq!(auc.value, Figure::rounded(value));
            prop_assert!(auc.low <= auc.high && (auc.low <= auc.value || auc.value == Figure(0)));
            let zero = vec![0; values.len()];
            let error = difference(&cases, &values, &zero).unwrap();
            // All pairs of the second are ties, which have no influence.
            prop_assert_eq!(error.value, Figure::rounded(value - 0.5));
            prop_assert!((error.standard_error.as_f64() - variance.sqrt()).abs() < 1e-3);
        } else {
            prop_assert!(pairs == 0 || right == pairs);
        }
    }

    #[test]
    fn turning_a_score_around_turns_its_figure_around(
        left in prop::collection::vec(0..30i64, 2..20),
        stayed in prop::collection::vec(0..30i64, 2..20),
    ) {
        let turned = |values: &[i64]| values.iter().map(|value| -value).collect::<Vec<_>>();
        let (one, other) = (auc_of_day(&left, &stayed), auc_of_day(&turned(&left), &turned(&stayed)));
        prop_assert_eq!(one.is_some(), other.is_some());
        // Where all pairs are in order, the variance is not the same both ways.
        if let Some((one, other)) = one.zip(other).filter(|(one, _)| (1..10_000).contains(&one.value.0)) {
            let near = |a: Figure, b: Figure| (a.0 + b.0 - 10_000).abs() <= 1;
            prop_assert!(near(one.value, other.value) && near(one.low, other.high) && near(one.high, other.low));
        }
    }
}

#[test]
fn an_interval_of_shuffled_outcomes_contains_one_half() {
    // A generator of Lehmer's, so that the test is the same every time.
    let mut seed = 7_u64;
    let mut next = move || {
        seed = seed * 48_271 % 2_147_483_647;
        seed
    };
    let mut missed = 0;
    for _ in 0..200 {
        let drawn: Vec<_> = (0..200).map(|_| ((next() % 60) as i64, next() % 4 == 0)).collect();
        let (cases, values): (Vec<_>, Vec<_>) =
            (1..).zip(drawn).map(|(customer, (value, left))| (case(customer, 90, left), value)).unzip();
        let auc = auc(&cases, &values).unwrap();
        missed += i64::from(auc.low > Figure::HALF || auc.high < Figure::HALF);
    }
    // 95 of 100 intervals are to contain it.
    assert!((2..=20).contains(&missed), "{missed} of 200");
}

#[test]
fn a_verdict_needs_so_many_of_either_kind() {
    let [good, wide, bad] = [[6_200, 5_400, 6_900], [6_200, 4_400, 6_900], [3_000, 2_000, 4_999]].map(|auc| Some(figures(auc)));
    for (left, stayed, auc, expected) in [
        (0, 100, None, Verdict::CountsOnly),
        (9, 1000, good, Verdict::CountsOnly),
        (1000, 9, good, Verdict::CountsOnly),
        (10, 1000, good, Verdict::TooFew),
        (29, 1000, good, Verdict::TooFew),
        (30, 1000, good, Verdict::BetterThanChance),
        (30, 1000, wide, Verdict::NoEvidence),
        (30, 30, bad, Verdict::Backwards),
        (30, 30, None, Verdict::NoEvidence),
        (200, 1000, Some(figures([6_200, 5_000, 6_900])), Verdict::NoEvidence),
    ] {
        assert_eq!(Verdict::of(left, stayed, auc), expected, "{left} left, {stayed} stayed");
    }
}

/// Returns a customer on a day, by its score and the days after which it left.
fn tested(customer: i64, days_ago: i64, score: i64, left_after: Option<i64>) -> TestCase {
    let band = match score {
        700.. => Band::Healthy,
        400.. => Band::AtRisk,
        _ => Band::ChurnRisk,
    };
    let left = |after_days| Departure {
        name: format!("Customer {customer}"),
        after_days,
        last_healthy_on: (score >= 700).then(|| day(days_ago)),
    };
    TestCase {
        customer: CustomerId(customer),
        day: day(days_ago),
        score: Points(score),
        band,
        factors: Factors::from_fn(|_| (Points(score), customer % 2 == 0)),
        tenure_days: Some(customer),
        arr_cents: (customer != 1).then_some(100_00 * customer),
        departure: left_after.map(left).map(Box::new),
    }
}

fn terms(days_ago: &[i64]) -> BacktestQuery {
    BacktestQuery {
        horizon: 90,
        days: days_ago.iter().copied().map(day).collect(),
        version: Some(1),
        known: Known::Now,
        segment: None,
        min_age: 0,
        exclude_involuntary: false,
        skip_days: 0,
    }
}

fn labels() -> Factors<String> {
    Factors::from_fn(|key| key.to_string())
}

fn answer(cases: &[TestCase]) -> Backtest {
    backtest(terms(&[90]), &labels(), cases, None, LeftOut::default(), false)
}

/// Returns customers of which the first `left` left; of those, the first `healthy` had a score of 80, as had all that stayed
/// but every fifth.
fn portfolio(left: i64, healthy: i64, stayed: i64) -> Vec<TestCase> {
    let left_ones = (1..=left).map(|id| tested(id, 90, if id <= healthy { 800 } else { 350 }, Some(1 + id % 90)));
    let stayed = (left + 1..=left + stayed).map(|id| tested(id, 90, if id % 5 == 0 { 350 } else { 800 }, None));
    left_ones.chain(stayed).collect()
}

#[test]
fn bands_count_who_left_with_the_interval_of_the_rate() {
    let answer = answer(&portfolio(3, 1, 27));
    let healthy = &answer.bands[0];
    // 21 of 27 that stayed, and one that left.
    assert_eq!((healthy.band, healthy.n, healthy.churned, healthy.churned_arr_cents), (Band::Healthy, 22, 1, 0));
    assert_eq!((answer.bands[1].n, answer.bands[1].rate), (0, Rate { rate: Figure(0), low: Figure(0), high: Figure(10_000) }));
    let risk = &answer.bands[2];
    assert_eq!((risk.n, risk.churned, risk.churned_arr_cents), (8, 2, 500_00));
    assert_eq!(answer.bands.iter().map(|band| band.n).sum::<i64>(), answer.n);
    assert_eq!((answer.lost.customers, answer.lost.arr_cents, answer.lost.arr_unknown), (3, 500_00, 1));
    assert_eq!((answer.lost_healthy.customers, answer.lost_healthy.arr_unknown), (1, 1));
    // 6 stayed though they were not Healthy, and 2 left.
    assert_eq!(answer.false_alarms, Some(Figure(30_000)));
    assert_eq!(answer.distribution.iter().map(|column| column.churned + column.stayed).sum::<i64>(), 30);
    assert_eq!((answer.distribution[16].churned, answer.distribution[7].churned), (1, 2));
}

#[test]
fn wilsons_interval_of_a_rate() {
    let ten: Vec<_> = (1..=10).map(|id| tested(id, 90, 800, (id <= 3).then_some(5))).collect();
    let expected = Rate { rate: Figure(3_000), low: Figure(1_078), high: Figure(6_032) };
    assert_eq!(answer(&ten).bands[0].rate, expected);
    let none: Vec<_> = (1..=20).map(|id| tested(id, 90, 800, None)).collect();
    assert_eq!(answer(&none).bands[0].rate, Rate { rate: Figure(0), low: Figure(0), high: Figure(1_611) });
}

#[test]
fn tenths_share_out_customers_of_equal_score() {
    // 20 customers: the lowest two places are shared by four of equal score, one of which left.
    let score = |id: i64| if id <= 4 { 30 } else { 30 * id };
    let cases: Vec<_> = (1..=20).map(|id| tested(id, 90, score(id), [1, 20].contains(&id).then_some(9))).collect();
    let answer = answer(&cases);
    assert_eq!(answer.tenths.iter().map(|tenth| tenth.n).collect::<Vec<_>>(), [Figure(20_000); 10]);
    assert_eq!((answer.tenths[0].churned, answer.tenths[1].churned), (Figure(5_000), Figure(5_000)));
    assert_eq!(answer.tenths.iter().map(|tenth| tenth.churned.0).sum::<i64>(), 20_000);
    // A quarter of the lowest tenth left, and a tenth of all.
    assert_eq!(answer.lift, Some(Figure(25_000)));
}

#[test]
fn each_factor_and_the_tenure_have_a_figure_of_their_own() {
    let answer = answer(&portfolio(12, 4, 40));
    for factor in &answer.factors {
        assert_eq!((factor.auc, factor.measured), (answer.auc, crate::domain::Share(500)), "every factor is the score here");
    }
    assert_eq!(
        answer.factors.iter().map(|factor| factor.label.clone()).collect::<Vec<_>>(),
        labels().into_iter().map(|(_, label)| label).collect::<Vec<_>>()
    );
    // Those that left have the lowest ids, which are their days since the start.
    assert_eq!(answer.tenure.map(|auc| auc.value), Some(Figure(10_000)));
}

#[test]
fn departures_are_told_by_thirds_of_the_horizon() {
    let cases: Vec<_> = [(1, 100, 1), (2, 900, 30), (3, 100, 31), (4, 100, 90)]
        .into_iter()
        .map(|(id, score, after)| tested(id, 90, score, Some(after)))
        .chain((5..10).map(|id| tested(id, 90, 500, None)))
        .collect();
    let thirds: Vec<_> = answer(&cases)
        .thirds
        .iter()
        .map(|third| (third.from, third.to, third.churners, third.auc.map(|auc| auc.value.0)))
        .collect();
    assert_eq!(thirds, [(1, 30, 2, Some(5_000)), (31, 60, 1, Some(10_000)), (61, 90, 1, Some(10_000))]);
}

#[test]
fn days_since_healthy_are_the_median_over_those_that_had_been() {
    let cases =
        [tested(1, 90, 800, Some(10)), tested(2, 90, 800, Some(21)), tested(3, 90, 200, Some(80)), tested(4, 90, 300, None)];
    assert_eq!(answer(&cases).days_since_healthy, Some(Figure(155_000)));
    assert_eq!(answer(&cases[2..]).days_since_healthy, None);
}

#[test]
fn those_that_left_are_named_with_the_highest_score_first() {
    let leavers = answer(&[tested(1, 90, 200, Some(5)), tested(2, 90, 900, Some(7)), tested(3, 90, 950, None)]).leavers;
    let told: Vec<_> = leavers.iter().map(|leaver| (leaver.id.0, leaver.left_on, leaver.last_healthy_on)).collect();
    assert_eq!(told, [(2, day(83), Some(day(90))), (1, day(85), None)]);
}

#[test]
fn the_sentence_says_how_many_were_healthy() {
    let sentence = |left, healthy, stayed| answer(&portfolio(left, healthy, stayed)).sentence;
    assert_eq!(
        sentence(46, 35, 447),
        "Of 46 customers lost, 35 were Healthy three months before: the score does not see them coming."
    );
    assert_eq!(sentence(46, 5, 447), "Of 46 customers lost, 5 were Healthy three months before: the score sees them coming.");
    let mut nobody = portfolio(46, 0, 447);
    for case in nobody.iter_mut().filter(|case| case.band == Band::Healthy) {
        (case.score, case.band) = (Points(600), Band::AtRisk);
    }
    assert_eq!(
        answer(&nobody).sentence,
        "Of 46 customers lost, none was Healthy three months before: nor was anybody who stayed, so that scores tell who leaves, and bands do not."
    );
    assert_eq!(sentence(3, 1, 40), "Of 3 customers lost, 1 was Healthy three months before: too few to judge the score by.");
    assert_eq!(sentence(1, 0, 40), "The one customer lost was not Healthy three months before: too few to judge the score by.");
    assert_eq!(sentence(0, 0, 40), "None of 40 customers was lost in the 90 days after 1 Apr 2026.");
    assert_eq!(answer(&[]).sentence, "No customer had a score on 1 Apr 2026 to be tested.");
}

#[test]
fn the_verdict_is_told_in_pairs() {
    let verdict = |left, healthy, stayed| answer(&portfolio(left, healthy, stayed)).verdict_sentence;
    assert_eq!(verdict(3, 1, 40), "Only 3 left: from 10 on a figure is worth telling, from 30 on it can be judged.");
    assert_eq!(
        verdict(12, 4, 40),
        "Only 12 left, and from 30 on it can be judged: of 100 pairs of one who left and one who stayed, 73 are in the right order (56 to 86)."
    );
    assert_eq!(
        verdict(40, 10, 400),
        "Better than chance: of 100 pairs of one who left and one who stayed, 78 are in the right order (70 to 84)."
    );
}

#[test]
fn doubts_are_told() {
    let cases = portfolio(40, 0, 400);
    let perfect: Vec<_> = cases
        .iter()
        .map(|case| TestCase { score: Points(if case.departure.is_some() { 100 } else { 900 }), ..case.clone() })
        .collect();
    let codes = |answer: Backtest| answer.warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>();
    assert_eq!(codes(answer(&cases)), []);
    assert_eq!(codes(answer(&perfect)), [WarningCode::TooGood]);
    let knows = |case: &TestCase| {
        let score = Points(if case.departure.is_some() { 100 } else { 900 });
        TestCase {
            factors: case.factors.map(|key, told| if key == FactorKey::SUPPORT_LOAD { (score, true) } else { *told }),
            ..case.clone()
        }
    };
    let by_a_factor = answer(&cases.iter().map(knows).collect::<Vec<_>>());
    assert!(by_a_factor.warnings[0].sentence.contains("(supportLoad)"), "{:?}", by_a_factor.warnings);
    assert_eq!(codes(answer(&[&perfect[..9], &perfect[40..]].concat())), [], "nine that left are too few to wonder");
    let then = |known_then| codes(backtest(terms(&[90]), &labels(), &cases, known_then, LeftOut::default(), false));
    assert_eq!(then(Some(figures([6_000, 5_000, 7_000]))), [WarningCode::KnownThenDiffers]);
    assert_eq!(then(answer(&cases).auc), []);
    let of_segment = backtest(
        BacktestQuery { segment: Some(Segment::SMB), ..terms(&[90]) },
        &labels(),
        &cases,
        None,
        LeftOut::default(),
        false,
    );
    assert_eq!(codes(of_segment), [WarningCode::SegmentOfToday]);
}

/// Returns a customer since 300 days ago.
fn lived(churned: &[Churned], start: Option<i64>) -> Tested {
    Tested {
        id: CustomerId(1),
        name: "Acme".into(),
        segment: Some(Segment::SMB),
        arr_cents: Some(100_00),
        start: start.map(day),
        created_on: day(300),
        first_fact_on: Some(day(290)),
        archived_otherwise_on: None,
        churned: churned.to_vec(),
    }
}

fn churned(ago: i64, started: Option<i64>) -> Churned {
    Churned { on: day(ago), started: started.map(day), arr_before_cents: None, involuntary: false }
}

#[test]
fn who_left_within_the_horizon_is_a_leaver_and_who_had_left_is_not_there() {
    let fate = |customer: &Tested, ago: i64| customer.fate(day(ago), &terms(&[ago]));
    let stays = lived(&[], Some(295));
    assert_eq!((fate(&stays, 90), fate(&stays, 296)), (Some(Fate::Stayed), None), "before its start");
    let left = churned(100, Some(295));
    let gone = lived(&[left], Some(295));
    for (ago, expected) in [
        (100, None),
        (99, None),
        (101, Some(Fate::Left(left))),
        (190, Some(Fate::Left(left))),
        (191, Some(Fate::Stayed)),
        (296, None),
    ] {
        assert_eq!(fate(&gone, ago), expected, "{ago} days ago");
    }
    // It came back 50 days ago, so that its first life is that of its departure.
    let back = lived(&[left], Some(50));
    assert_eq!((fate(&back, 120), fate(&back, 60), fate(&back, 50)), (Some(Fate::Left(left)), None, Some(Fate::Stayed)));
    assert_eq!((back.tenure_on(day(120)), back.tenure_on(day(40))), (Some(175), Some(10)));
}

#[test]
fn some_are_left_out_of_a_test() {
    let left = Churned { involuntary: true, ..churned(85, Some(295)) };
    let customer = lived(&[left], Some(295));
    let fate = |customer: &Tested, terms: BacktestQuery| customer.fate(day(90), &terms);
    assert_eq!(fate(&customer, terms(&[90])), Some(Fate::Left(left)));
    assert_eq!(fate(&customer, BacktestQuery { exclude_involuntary: true, ..terms(&[90]) }), Some(Fate::Involuntary));
    assert_eq!(fate(&customer, BacktestQuery { skip_days: 5, ..terms(&[90]) }), Some(Fate::Skipped));
    assert_eq!(fate(&customer, BacktestQuery { skip_days: 4, ..terms(&[90]) }), Some(Fate::Left(left)));
    assert_eq!(fate(&customer, BacktestQuery { min_age: 206, ..terms(&[90]) }), Some(Fate::TooYoung));
    assert_eq!(fate(&customer, BacktestQuery { min_age: 205, ..terms(&[90]) }), Some(Fate::Left(left)));
    let archived = |ago: i64, churned: &[Churned]| Tested { archived_otherwise_on: Some(day(ago)), ..lived(churned, Some(295)) };
    assert_eq!(fate(&archived(90, &[]), terms(&[90])), None);
    assert_eq!(fate(&archived(89, &[]), terms(&[90])), Some(Fate::ArchivedOtherwise));
    assert_eq!(fate(&archived(86, &[left]), terms(&[90])), Some(Fate::ArchivedOtherwise));
    assert_eq!(fate(&archived(84, &[left]), terms(&[90])), Some(Fate::Left(left)));
}

#[test]
fn a_test_rests_on_nothing_later() {
    let terms = || terms(&[200]);
    let rests_on = |customer: Tested| customer.within(&terms());
    let customer = lived(&[], Some(295));
    let later: [fn(Tested) -> Tested; 3] = [
        |customer| Tested { churned: vec![churned(109, Some(295))], ..customer },
        |customer| Tested { archived_otherwise_on: Some(day(109)), ..customer },
        |customer| Tested { name: "Renamed".into(), arr_cents: None, ..customer },
    ];
    for change in later {
        assert_eq!(rests_on(change(customer.clone())), rests_on(customer.clone()));
    }
    let earlier: [fn(Tested) -> Tested; 4] = [
        |customer| Tested { churned: vec![churned(110, Some(295))], ..customer },
        |customer| Tested { archived_otherwise_on: Some(day(110)), ..customer },
        |customer| Tested { start: None, ..customer },
        // By its segment a customer may have another scorecard.
        |customer| Tested { segment: Some(Segment::ENTERPRISE), ..customer },
    ];
    for change in earlier {
        assert_ne!(rests_on(change(customer.clone())), rests_on(customer.clone()));
    }
    let new = |ago: i64| Tested { created_on: day(ago), first_fact_on: None, start: None, ..customer.clone() };
    assert_eq!((rests_on(new(199)), rests_on(new(200)).is_some()), (None, true));
}

#[test]
fn the_figure_of_any_weights_is_that_of_the_scores_they_give() {
    let key = |name: &str| FactorKey::parse(name).unwrap();
    let column = |scores: &[(i64, bool)]| {
        scores.iter().map(|(score, measured)| TestedScores::write((Points(*score), *measured))).collect()
    };
    // Two left, three stayed. The first factor tells them apart, the second turns them around, and of the third one is not measured.
    let factors = [
        ("a", column(&[(100, true), (300, true), (200, true), (300, true), (400, true)])),
        ("b", column(&[(900, true), (800, true), (100, true), (200, true), (300, true)])),
        ("c", column(&[(0, false), (0, false), (500, true), (500, true), (500, true)])),
    ];
    let factors = factors.map(|(name, scores)| TestedFactor { key: key(name), scores }).to_vec();
    let tested = TestedScores { horizon: 90, day: day(90), n: 5, left: vec![0, 1], factors };
    let of = |weights: &[(&str, i64)], policy| {
        auc_of_weights(&tested, &weights.iter().map(|(name, weight)| (key(name), *weight)).collect(), policy)
    };
    let neutral = MissingPolicy::Neutral;
    assert_eq!(of(&[("a", 5), ("b", 0)], neutral), auc_of_day(&[1, 3], &[2, 3, 4]));
    assert_eq!(of(&[("a", 0), ("b", 1)], neutral).map(|auc| auc.value), Some(Figure(0)));
    // One to one: 500, 550 against 150, 250, 350. With 9 to 1: 180, 350 against 190, 290, 390.
    assert_eq!(of(&[("a", 1), ("b", 1)], neutral).map(|auc| auc.value), Some(Figure(0)));
    assert_eq!(of(&[("a", 9), ("b", 1)], neutral).map(|auc| auc.value), Some(Figure(6_667)));
    // What is not measured counts as assumed, or not at all.
    assert_eq!(of(&[("a", 1), ("c", 9)], neutral).map(|auc| auc.value), Some(Figure(10_000)));
    assert_eq!(of(&[("a", 1), ("c", 1)], MissingPolicy::Exclude).map(|auc| auc.value), Some(Figure(10_000)));
    assert_eq!((of(&[("a", 0)], neutral), of(&[("a", 1), ("d", 1)], neutral)), (None, None));
}
