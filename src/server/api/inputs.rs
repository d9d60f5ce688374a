//! The request bodies as the OpenAPI document describes them. Each is made from the type that parses it, and adds the rules
//! that a type alone cannot express: required fields, fields that belong together, texts' contents.

use super::extract::{ReasonInput, RestoreInput};
use crate::domain::bulk::{ChosenCustomer, MAX_CHOSEN};
use crate::domain::scorecard_input::{BandLimitsInput, FactorRuleInput, has_target};
use crate::domain::segment::LONGEST_SEGMENT;
use crate::domain::{
    ArchiveReason, BulkInput, CustomerInput, EventInput, EventKind, FactorKey, MissingPolicy, NoteInput, OutcomeInput,
    OutcomeKind, Priority, ScorecardInput, Segment,
};
use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayItems, Object, ObjectBuilder, OneOf, OneOfBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A pattern for texts without control characters. Texts are trimmed, so their ends may have any white space.
pub const TEXT_PATTERN: &str = r"^[\t-\r ]*[^\u0000-\u001f\u007f-\u009f]*[\t-\r ]*$";
/// A pattern for such texts that are not blank.
const FILLED_TEXT_PATTERN: &str = r"^[\t-\r ]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*[\t-\r ]*$";
/// A pattern for days from 1970 to 2199.
pub const DAY_PATTERN: &str = r"^(19[7-9][0-9]|2[01][0-9][0-9])-";
/// A pattern for times from 2000 on.
const TIME_PATTERN: &str = r"^2[0-9][0-9][0-9]-";

/// Declares bodies: their names, their descriptions in the document, and how they are made.
macro_rules! bodies {
    ($($doc:literal $name:ident = $schema:expr;)*) => {$(
        #[doc = $doc]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let mut schema = Schema::from($schema);
                match &mut schema {
                    Schema::Object(object) => object.description = Some($doc.into()),
                    Schema::OneOf(one_of) => one_of.description = Some($doc.into()),
                    _ => {}
                }
                schema.into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

bodies! {
    "A new customer."
    NewCustomer = customer().without(&["version"]).require(&["name", "segment"]).0;

    "The fields of a customer that change. An absent field stays as it is; `null` clears it."
    CustomerChange = customer().require(&["version"]).never_null(&["name", "segment"]).0;

    "A change of many customers, each at the version that was read. It has exactly one of the three."
    ManyCustomersChange = one_of(["owner", "segment", "archiveReason"].map(bulk_change));

    "One fact about the customer that the address names. Its `kind` decides which fields belong to it."
    CustomerEvent = one_of(EventKind::ALL.map(|kind| event(kind, &[])));

    "One fact and the customer that it is about: either `customerId` or `externalId`."
    BatchEvent = one_of(EventKind::ALL.map(batch_event));

    "What is to be kept about a customer."
    NewNote = Fields::of::<NoteInput>().require(&["author", "text"]).0;

    "A note's new text, and who writes it."
    NoteChange = Fields::of::<NoteInput>().require(&["author", "text"]).0;

    "Why a customer leaves the lists."
    ArchiveInput = Fields::of::<ReasonInput>().one_of("reason", ArchiveReason::ALL.map(ArchiveReason::name)).require(&["reason"]).0;

    "When a customer that had churned came back."
    ComeBack = Fields::of::<RestoreInput>().0;

    "What became of the customer that the address names."
    NewOutcome = Fields::of::<OutcomeInput>().one_of("outcome", OutcomeKind::ALL.map(OutcomeKind::name)).require(&["outcome", "date"]).0;

    "Why it is retracted."
    RetractInput = Fields::of::<ReasonInput>().require(&["reason"]).0;

    "The next version of the rules."
    NextScorecard = scorecard();
}

fn customer() -> Fields {
    Fields::of::<CustomerInput>().segment()
}

/// Returns the change of one field; an owner and a reason may be null.
fn bulk_change(field: &'static str) -> Object {
    let fields = Fields::of::<BulkInput>().segment().only(&["customers", field]);
    let fields = fields.one_of("archiveReason", ArchiveReason::ALL.map(ArchiveReason::name)).never_null(&["segment"]);
    let customer = Fields::of::<ChosenCustomer>().require(&["id", "version"]);
    let mut object = fields.with_items("customers", customer, 1, MAX_CHOSEN).0;
    object.required.extend(["customers", field].map(str::to_owned));
    object
}

fn event(kind: EventKind, address: &[&str]) -> Object {
    let common = ["kind", "messageId", "source", "occurredAt"];
    let fields = Fields::of::<EventInput>().only(&[&common, kind.own_fields(), address].concat());
    let fields = fields.one_of("kind", [kind.name()]).one_of("priority", Priority::ALL.map(Priority::name));
    fields.require(&["kind"]).require(kind.required_fields()).never_null(address).0
}

fn batch_event(kind: EventKind) -> Object {
    let address = ["customerId", "externalId"];
    let mut object = event(kind, &address);
    object.extensions = Some(beside("oneOf", address.map(|name| json!({"required": [name]}))));
    object
}

/// Schemas that hold beside the properties, for which the library has no field.
fn beside<const N: usize>(keyword: &str, schemas: [Value; N]) -> Extensions {
    Extensions::from_iter([(keyword, Value::from(schemas.to_vec()))])
}

fn scorecard() -> Object {
    let mut factors = strict_object(FactorKey::FIVE.map(|key| (key.to_string(), factor_rule(key))));
    let above_0 = |key: FactorKey| json!({"properties": {key.as_str(): {"properties": {"weight": {"minimum": 1}}}}});
    factors.description = Some("At least one weight is above 0.".into());
    factors.extensions = Some(beside("anyOf", FactorKey::FIVE.map(above_0)));
    let bands = Fields::of::<BandLimitsInput>().require(&["atRisk", "healthy"]).0;
    let fields = Fields::of::<ScorecardInput>().one_of("missingPolicy", MissingPolicy::ALL.map(MissingPolicy::name));
    let fields = fields.with("factors", factors).with("bands", bands);
    fields.require(&["version", "author", "note", "factors", "bands", "missingPolicy", "coverageFloor"]).0
}

fn factor_rule(key: FactorKey) -> Object {
    let fields = Fields::of::<FactorRuleInput>().require(&["weight"]);
    let fields = if key == FactorKey::INVOICE_TIMELINESS { fields } else { fields.require(&["windowDays"]) };
    let fields = if has_target(key) { fields.require(&["target"]) } else { fields.without(&["target"]) };
    if key == FactorKey::FEATURE_ADOPTION {
        fields.with_list_of("keyFeatures", 100).0
    } else {
        fields.without(&["keyFeatures"]).0
    }
}

/// Returns an object with exactly these fields.
fn strict_object(fields: impl IntoIterator<Item = (String, Object)>) -> Object {
    let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    fields.into_iter().fold(object, |object, (name, field)| object.property(&name, Schema::from(field)).required(name)).build()
}

fn one_of(variants: impl IntoIterator<Item = Object>) -> OneOf {
    variants.into_iter().fold(OneOfBuilder::new(), |one_of, variant| one_of.item(Schema::from(variant))).build()
}

/// Returns a schema that takes one of these texts.
pub fn names(names: impl IntoIterator<Item: Into<Value>>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names))
}

/// Returns the schema of a calendar day.
pub fn day() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .pattern(Some(DAY_PATTERN))
}

/// The fields of an input. Each is optional until it is required.
struct Fields(Object);

impl Fields {
    /// Returns the fields of a type, with the rules for all texts, days and times.
    fn of<T: PartialSchema>() -> Self {
        let RefOr::T(Schema::Object(mut object)) = T::schema() else { return Self(Object::new()) };
        object.properties.values_mut().for_each(complete);
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        Self(object)
    }

    fn only(mut self, names: &[&str]) -> Self {
        self.0.properties.retain(|name, _| names.contains(&name.as_str()));
        self
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.0.properties.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    /// Makes a field a list of distinct texts of at most `max_length` characters.
    fn with_list_of(mut self, name: &str, max_length: usize) -> Self {
        if let Some(RefOr::T(Schema::Array(list))) = self.0.properties.get_mut(name) {
            let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(max_length));
            list.items = ArrayItems::RefOrSchema(Box::new(text.pattern(Some(FILLED_TEXT_PATTERN)).into()));
            list.unique_items = true;
        }
        self
    }

    /// Makes a field a list of `least` to `most` such objects.
    fn with_items(mut self, name: &str, items: Self, least: usize, most: usize) -> Self {
        if let Some(RefOr::T(Schema::Array(list))) = self.0.properties.get_mut(name) {
            list.items = ArrayItems::RefOrSchema(Box::new(items.0.into()));
            (list.min_items, list.max_items) = (Some(least), Some(most));
        }
        self
    }

    fn with(mut self, name: &str, field: Object) -> Self {
        self.0.properties.insert(name.to_owned(), RefOr::T(field.into()));
        self
    }

    /// Limits a field to these texts, if the object has it.
    fn one_of(mut self, name: &str, names: impl IntoIterator<Item: Into<Value>>) -> Self {
        if let Some(RefOr::T(Schema::Object(field))) = self.0.properties.get_mut(name) {
            let null = may_be_null(field).then_some(Value::Null);
            field.enum_values = Some(names.into_iter().map(Into::into).chain(null).collect());
            (field.pattern, field.max_length) = (None, None);
        }
        self
    }

    /// Says what a segment's name looks like. Which there are, the rules say.
    fn segment(mut self) -> Self {
        if let Some(RefOr::T(Schema::Object(field))) = self.0.properties.get_mut("segment") {
            field.examples = Segment::FIRST.map(|segment| Value::from(segment.label())).to_vec();
            (field.min_length, field.max_length) = (Some(1), Some(LONGEST_SEGMENT));
        }
        self
    }

    fn never_null(mut self, names: &[&str]) -> Self {
        for name in names {
            self.0.properties.entry((*name).to_owned()).and_modify(fill);
        }
        self
    }

    fn require(mut self, names: &[&str]) -> Self {
        self.0.required.extend(names.iter().map(|name| (*name).to_owned()));
        self.never_null(names)
    }
}

fn may_be_null(field: &Object) -> bool {
    matches!(&field.schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
}

fn is_text(field: &Object) -> bool {
    match &field.schema_type {
        SchemaType::Type(of) => *of == Type::String,
        SchemaType::Array(types) => types.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

/// Adds the rules for all texts, days and times. A blank day or time counts as absent.
fn complete(field: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = field else { return };
    object.default = None;
    let pattern = match object.format {
        _ if !is_text(object) => return,
        None if object.pattern.is_some() => return,
        None => TEXT_PATTERN,
        Some(SchemaFormat::KnownFormat(KnownFormat::Date)) => DAY_PATTERN,
        Some(_) => TIME_PATTERN,
    };
    object.pattern = Some(pattern.to_owned());
    if pattern != TEXT_PATTERN {
        let blank = ObjectBuilder::new().schema_type(Type::String).max_length(Some(0));
        let description = object.description.take();
        *field =
            RefOr::T(AnyOfBuilder::new().item(Schema::from(object.clone())).item(blank).description(description).build().into());
    }
}

/// Makes a field refuse null and blank texts.
fn fill(field: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::AnyOf(optional)) = field {
        let (filled, description) = (optional.items.first().cloned(), optional.description.take());
        if let Some(RefOr::T(Schema::Object(mut filled))) = filled {
            filled.description = description;
            *field = RefOr::T(filled.into());
        }
    }
    let RefOr::T(Schema::Object(object)) = field else { return };
    if let SchemaType::Array(types) = &mut object.schema_type {
        types.retain(|of| *of != Type::Null);
        if let [of] = &types[..] {
            object.schema_type = SchemaType::Type(of.clone());
        }
    }
    if let Some(names) = &mut object.enum_values {
        names.retain(|name| !name.is_null());
    }
    if object.pattern.as_deref() == Some(TEXT_PATTERN) {
        object.pattern = Some(FILLED_TEXT_PATTERN.to_owned());
        object.min_length = Some(1);
    }
}
