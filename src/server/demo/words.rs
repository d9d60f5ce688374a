//! Words that the portfolio is made of. The companies and people are invented.

use crate::domain::Segment;

/// The customer success team.
pub const OWNERS: [&str; 6] = ["Amara Okafor", "Ben Carter", "Chloe Laurent", "Diego Romero", "Hanna Lindqvist", "Priya Nair"];

const COMPANY_NAMES: [&str; 80] = [
    "Aldervane",
    "Ambermoor",
    "Arkenfield",
    "Ashgrove",
    "Barrowmere",
    "Birchwick",
    "Bluefen",
    "Brackenhall",
    "Brightloom",
    "Calderbrook",
    "Cedarholt",
    "Cinderpeak",
    "Cloverstead",
    "Copperleaf",
    "Corvane",
    "Cragmoor",
    "Dapplewood",
    "Dovemont",
    "Driftmark",
    "Dunharrow",
    "Eastlarch",
    "Elmsworth",
    "Emberline",
    "Everbrook",
    "Fallowmere",
    "Fernhollow",
    "Flintmoor",
    "Foxbarrow",
    "Gildenrow",
    "Glasswing",
    "Goldenreed",
    "Greyhaven",
    "Halcyra",
    "Harrowdene",
    "Hazelmont",
    "Heathermoor",
    "Highfen",
    "Hollowell",
    "Ironbirch",
    "Ivorylane",
    "Juniper Row",
    "Keldmarsh",
    "Kestrelford",
    "Kingsmere",
    "Lakenhall",
    "Larkspur Hill",
    "Lindenbay",
    "Lowmoor",
    "Marblefen",
    "Marrowby",
    "Mistlethorn",
    "Mosswater",
    "Northbarrow",
    "Nutbourne",
    "Oakenvale",
    "Opalridge",
    "Orchardgate",
    "Osprey Bay",
    "Palewater",
    "Pebblecroft",
    "Pinemarch",
    "Quillmere",
    "Quincefield",
    "Ravenholt",
    "Redfallow",
    "Ridgewell",
    "Rowanmarch",
    "Saltwick",
    "Sandholme",
    "Silverbeck",
    "Stonehythe",
    "Swiftwater",
    "Tallowby",
    "Tarnwick",
    "Thistledown",
    "Umberfield",
    "Velden Park",
    "Wexmoor",
    "Willowmark",
    "Yarrowfield",
];

fn trades(segment: Segment) -> &'static [&'static str; 14] {
    match segment {
        Segment::ENTERPRISE => &[
            "Logistics",
            "Insurance",
            "Industries",
            "Energy",
            "Pharma",
            "Retail Group",
            "Airlines",
            "Foods",
            "Telecom",
            "Materials",
            "Hotels",
            "Shipping",
            "Utilities",
            "Automotive",
        ],
        Segment::SMB => &[
            "Dental",
            "Architects",
            "Print Works",
            "Legal",
            "Travel",
            "Bakeries",
            "Interiors",
            "Clinics",
            "Accounting",
            "Outdoor",
            "Events",
            "Brewing",
            "Property",
            "Fitness",
        ],
        _ => &[
            "Labs",
            "Robotics",
            "Analytics",
            "Pay",
            "Health",
            "Cloud",
            "Mobility",
            "Learning",
            "Bio",
            "Studio",
            "Security",
            "Drones",
            "Commerce",
            "Software",
        ],
    }
}

const REGIONS: [&str; 9] = ["", " Nordic", " Iberia", " Pacific", " Alpine", " Baltic", " Atlantic", " Andes", " Benelux"];

/// Returns the name of the customer with this index. No two customers of a portfolio share one.
pub fn company(seed: u64, index: usize, segment: Segment) -> String {
    let (names, trades) = (COMPANY_NAMES.len(), trades(segment));
    let offset = (seed % names as u64) as usize;
    // 53 has no factor in common with the number of names, so each block of customers has every name once. From block to
    // block, a name moves on to its next trade.
    let (name, block) = ((index * 53 + offset) % names, index / names);
    let trade = trades[(name * 3 + offset + block) % trades.len()];
    let round = block / trades.len();
    match (REGIONS.get(round), round) {
        (Some(region), _) => format!("{} {trade}{region}", COMPANY_NAMES[name]),
        (None, round) => format!("{} {trade} {round}", COMPANY_NAMES[name]),
    }
}

/// First and last names of the customers' people.
pub const FIRST_NAMES: [&str; 20] = [
    "Ada", "Bruno", "Carla", "Dana", "Emil", "Farah", "Goran", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Mei", "Nils", "Olga",
    "Pablo", "Rosa", "Sami", "Tessa", "Yusuf",
];
pub const LAST_NAMES: [&str; 16] = [
    "Abbot", "Bergmann", "Costa", "Dubois", "Eriksen", "Fischer", "Grant", "Haddad", "Ivers", "Jansen", "Keller", "Lopez",
    "Moreau", "Novak", "Quist", "Silva",
];

/// The features of the imagined product, a reporting and workflow tool, spelled as in events.
pub const FEATURES: [&str; 12] = [
    "dashboards",
    "report-builder",
    "alerts",
    "csv-export",
    "workflows",
    "team-permissions",
    "scheduled-reports",
    "integrations",
    "forecasting",
    "mobile-app",
    "audit-log",
    "custom-fields",
];

/// Subjects of everyday tickets.
pub const QUESTIONS: [&str; 10] = [
    "How do I share a dashboard with a colleague?",
    "Export stops after 10,000 rows",
    "Wrong time zone in the scheduled report",
    "Please add a user to our account",
    "Invoice address has changed",
    "Filter resets when I go back",
    "Question about API rate limits",
    "Cannot rename a custom field",
    "Mobile app asks for the password every day",
    "Chart colours are hard to tell apart when printed",
];

/// Subjects of tickets when things go wrong.
pub const COMPLAINTS: [&str; 10] = [
    "Dashboards time out since the last release",
    "Nightly import failed again",
    "Numbers differ between report and export",
    "Nobody in our team can sign in",
    "Workflow ran twice and mailed our customers",
    "Still waiting for an answer to my last ticket",
    "Data of last Tuesday is missing",
    "API answers 502 every few minutes",
    "Alerts arrive hours late",
    "Please escalate: this blocks our month end",
];
