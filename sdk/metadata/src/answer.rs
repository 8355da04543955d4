//! From encoded answers and events to something that people and programs can read.

use core::fmt;

use primitive_types::U256;
use scale_info::TypeDef;
use scale_value::{scale, Composite, Primitive, Value, ValueDef};

use crate::{ContractMetadata, MetadataError};

/// What a contract answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the contract refused: the datum is its error then.
    pub is_refusal: bool,
    /// What it answered.
    pub datum: Datum,
}

/// A decoded value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Nothing, as `()`.
    Unit,
    /// True or false.
    Bool(bool),
    /// A number from zero on.
    Unsigned(U256),
    /// A number that may be negative.
    Signed(i128),
    /// A text.
    Text(String),
    /// Bytes: an address, a hash, data.
    Bytes(Vec<u8>),
    /// Items in order.
    List(Vec<Datum>),
    /// Fields with their names.
    Record(Vec<(String, Datum)>),
    /// One of several forms.
    Variant(String, Box<Datum>),
}

impl ContractMetadata {
    /// What a message returned.
    ///
    /// # Errors
    /// [`MetadataError::UnknownMessage`], [`MetadataError::Output`].
    pub fn decode_output(&self, label: &str, mut data: &[u8]) -> Result<Answer, MetadataError> {
        let id = self.message(label)?.return_type.id;
        let datum = self.decode(label, id, &mut data)?;
        if !data.is_empty() {
            let cause = format!("{} bytes are left over", data.len());
            return Err(MetadataError::Output { label: label.to_owned(), cause });
        }
        // Every message of ink! 6 wraps its answer in a Result with LangError; the answer may be a Result of its own.
        let mut answer = Answer { is_refusal: false, datum };
        let own = self.result_of(id).and_then(|(value, _)| self.result_of(value)).is_some();
        for _ in 0..if own { 2 } else { 1 } {
            if let (false, Datum::Variant(name, inner)) = (answer.is_refusal, &answer.datum) {
                answer = Answer { is_refusal: name == "Err", datum: (**inner).clone() };
            }
        }
        Ok(answer)
    }

    /// An event by its topics and its data, with its name; none where this contract has no such event.
    ///
    /// # Errors
    /// [`MetadataError::Output`] where it has the event's first topic and another shape.
    pub fn decode_event(&self, topics: &[[u8; 32]], mut data: &[u8]) -> Result<Option<(String, Datum)>, MetadataError> {
        for event in &self.spec.events {
            let topic = match &event.signature_topic {
                Some(text) => Some(self.bytes::<32>(&event.label, text)?),
                None => None,
            };
            if topic.is_none() || topic.as_ref() != topics.first() {
                continue;
            }
            let mut fields = Vec::with_capacity(event.args.len());
            for field in &event.args {
                fields.push((field.label.clone(), self.decode(&event.label, field.ty.id, &mut data)?));
            }
            return Ok(Some((event.label.clone(), Datum::Record(fields))));
        }
        Ok(None)
    }

    fn decode(&self, label: &str, id: u32, data: &mut &[u8]) -> Result<Datum, MetadataError> {
        let value = scale::decode_as_type(data, id, &self.registry)
            .map_err(|error| MetadataError::Output { label: label.to_owned(), cause: error.to_string() })?;
        Ok(self.datum(value))
    }

    fn datum(&self, value: Value<u32>) -> Datum {
        let ty = self.registry.resolve(value.context);
        match value.value {
            ValueDef::Primitive(primitive) => match primitive {
                Primitive::Bool(value) => Datum::Bool(value),
                Primitive::Char(value) => Datum::Text(value.to_string()),
                Primitive::String(value) => Datum::Text(value),
                Primitive::U128(value) => Datum::Unsigned(value.into()),
                Primitive::I128(value) => Datum::Signed(value),
                Primitive::U256(bytes) => Datum::Unsigned(U256::from_little_endian(&bytes)),
                Primitive::I256(bytes) => Datum::Bytes(bytes.to_vec()),
            },
            ValueDef::Composite(composite) => {
                if ty.is_some_and(Self::is_u256) {
                    if let Some(number) = as_u256(&composite) {
                        return Datum::Unsigned(number);
                    }
                }
                let item = match ty.map(|ty| &ty.type_def) {
                    Some(TypeDef::Sequence(sequence)) => Some(sequence.type_param.id),
                    Some(TypeDef::Array(array)) => Some(array.type_param.id),
                    _ => None,
                };
                match item {
                    Some(id) if self.type_name(id) == "u8" => Datum::Bytes(
                        composite.values().filter_map(Value::as_u128).filter_map(|byte| byte.try_into().ok()).collect(),
                    ),
                    Some(_) => Datum::List(composite.into_values().map(|value| self.datum(value)).collect()),
                    None => self.fields(composite),
                }
            }
            ValueDef::Variant(variant) => Datum::Variant(variant.name, Box::new(self.fields(variant.values))),
            ValueDef::BitSequence(bits) => Datum::List(bits.iter().map(Datum::Bool).collect()),
        }
    }

    fn fields(&self, composite: Composite<u32>) -> Datum {
        match composite {
            Composite::Named(fields) if !fields.is_empty() => {
                Datum::Record(fields.into_iter().map(|(name, value)| (name, self.datum(value))).collect())
            }
            composite => {
                let mut items: Vec<Datum> = composite.into_values().map(|value| self.datum(value)).collect();
                match (items.pop(), items.is_empty()) {
                    (None, _) => Datum::Unit,
                    // A wrapper around one value adds nothing.
                    (Some(only), true) => only,
                    (Some(last), false) => {
                        items.push(last);
                        Datum::List(items)
                    }
                }
            }
        }
    }
}

fn as_u256(composite: &Composite<u32>) -> Option<U256> {
    fn collect(composite: &Composite<u32>, limbs: &mut Vec<u64>) -> Option<()> {
        for value in composite.values() {
            match &value.value {
                ValueDef::Composite(inner) => collect(inner, limbs)?,
                ValueDef::Primitive(Primitive::U128(limb)) => limbs.push((*limb).try_into().ok()?),
                _ => return None,
            }
        }
        Some(())
    }
    let mut limbs = Vec::with_capacity(4);
    collect(composite, &mut limbs)?;
    Some(U256(limbs.try_into().ok()?))
}

impl Answer {
    /// What [`Datum::to_json`] gives.
    pub fn to_json(&self) -> serde_json::Value {
        self.datum.to_json()
    }
}

impl Datum {
    /// As JSON: numbers that not every reader keeps exactly are decimal text, bytes are `0x` and hexadecimal digits, an absent
    /// value is null, a form without values is its name, another an object with its name.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::{json, Map, Value};
        match self {
            Self::Unit => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Unsigned(value) if *value <= U256::from(MAX_EXACT) => json!(value.low_u64()),
            Self::Unsigned(value) => json!(value.to_string()),
            Self::Signed(value) => match i64::try_from(*value) {
                Ok(value) if value.unsigned_abs() <= MAX_EXACT => json!(value),
                _ => json!(value.to_string()),
            },
            Self::Text(value) => json!(value),
            Self::Bytes(_) => json!(self.to_string()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Record(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Variant(name, inner) => match (name.as_str(), &**inner) {
                ("None", Self::Unit) => Value::Null,
                ("Some", inner) => inner.to_json(),
                (name, Self::Unit) => json!(name),
                (name, inner) => Value::Object(Map::from_iter([(name.to_owned(), inner.to_json())])),
            },
        }
    }
}

/// The largest number that a JSON reader with 64-bit floats keeps exactly.
const MAX_EXACT: u64 = (1 << 53) - 1;

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.datum.fmt(f)
    }
}

/// As Rust would write it.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("()"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Unsigned(value) => write!(f, "{value}"),
            Self::Signed(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Record(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{} {name}: {value}", if index == 0 { "" } else { "," })?;
                }
                f.write_str(" }")
            }
            Self::Variant(name, inner) => match &**inner {
                Self::Unit => f.write_str(name),
                record @ Self::Record(_) => write!(f, "{name} {record}"),
                inner => write!(f, "{name}({inner})"),
            },
        }
    }
}
