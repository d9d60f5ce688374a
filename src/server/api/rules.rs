//! The rules that no schema can say, since they compare fields with each other or with the time: by operation, what is answered
//! with 422. In backticks are the fields that `errors` may name.

const DAY_RULE: &str = "`as_of` or `known_at` is in the future, or `known_at` is before `as_of`";

const PAGE_OF_DAY: &str = "The last row of the `page`, which is `page` times `page_size`, is beyond 10,000, and it is not the first page; or \
     `as_of` or `known_at` is in the future, or `known_at` is before `as_of`";

/// The rules of the filters of customers, with those of [`DAY_RULE`].
const FILTERS: &str =
    "`moved` and `moved_by_rules` are both sent; or `as_of` or `known_at` is in the future, or `known_at` is before `as_of`";

const PERIOD_IN_FUTURE: &str = "`period` begins in the future";

pub const RULES: [(&str, &str); 21] = [
    (
        "list_customers",
        "The last row of the `page`, which is `page` times `page_size`, is beyond 10,000, and it is not the first page; \
         `moved` and `moved_by_rules` are both sent; or \
         `as_of` or `known_at` is in the future, or `known_at` is before `as_of`",
    ),
    ("export_customers", FILTERS),
    ("get_portfolio", FILTERS),
    ("get_portfolio_bands", FILTERS),
    ("get_portfolio_renewals", FILTERS),
    ("get_today", PAGE_OF_DAY),
    ("get_month", PERIOD_IN_FUTURE),
    ("export_month", PERIOD_IN_FUTURE),
    (
        "get_backtest",
        "`days` has a day of which fewer days than the horizon have passed, or two that are less than it apart, or more than 24; or \
         `version` is of no rules",
    ),
    ("get_health", DAY_RULE),
    ("list_people", DAY_RULE),
    ("list_readings", DAY_RULE),
    (
        "get_health_history",
        "`from` is after `to`, or 3,660 days before it or more; or `to` or `known_at` is in the future, or `known_at` is before `to`",
    ),
    ("get_health_changes", "`from` is after `to`, or `to` is in the future"),
    (
        "list_events",
        "The last row of the `page`, which is `page` times `page_size`, is beyond 10,000, and it is not the first page; or \
         `from` is after `to`",
    ),
    (
        "submit_event",
        "`Idempotency-Key` and `messageId` are both sent and differ, or `occurredAt` is more than 5 minutes ahead, or `name` would \
         be the 51st name of the customer's readings",
    ),
    (
        "replay_quarantined",
        "`content` is absent though only the beginning of the item is kept, or the item is no event that `POST /api/events` \
         would accept: `body` when it is no JSON object, else the fields of the event: `kind`, `customerId`, `externalId`, \
         `messageId`, `source`, `occurredAt`, `user`, `feature`, `count`, `priority`, `subject`, `number`, `amountCents`, \
         `currency`, `dueDate`, `name`, `value`",
    ),
    (
        "add_outcome",
        "`date` is after today (UTC); `arrAfterCents` is above 0 for `churned`, not below `arrBeforeCents` for `contracted` or not above \
         it for `expanded`; or `involuntary` is true for `renewed` or `expanded`",
    ),
    ("restore_customer", "`startDate` is before the day on which the customer churned"),
    ("create_scorecard", "`bands.healthy` is not above `bands.atRisk`"),
    (
        "create_rulebook",
        "`scorecards.0.bands.healthy` is not above `scorecards.0.bands.atRisk`; no weight is above 0; two factors have the same key; a measure has \
         a field that its `type` does not have, or lacks one that it needs; the points of a scale do not rise, or turn; a scorecard \
         but the last has no condition, the last has one, or a condition has no part or a segment that the rules do not have; two \
         scorecards have the same name; or all together have more than 12 different factors",
    ),
];
