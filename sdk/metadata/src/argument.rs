//! From text to encoded arguments.

use primitive_types::U256;
use scale_info::{form::PortableForm, Field, TypeDef, TypeDefPrimitive};
use scale_value::{scale, stringify, Composite, Primitive, Value, ValueDef};

use crate::{CallSpec, ContractMetadata, MetadataError};

impl ContractMetadata {
    /// A call of a message: its selector and its arguments, each given as text.
    ///
    /// Numbers are decimal; addresses, hashes and bytes are `0x` and hexadecimal digits; a text argument needs no quotes.
    /// Structures are written `{ name: value }`, tuples and lists `(1, 2)`, variants `Name` or `Name(1)` or `Name { a: 1 }`.
    ///
    /// # Errors
    /// [`MetadataError::UnknownMessage`], [`MetadataError::ArgumentCount`], [`MetadataError::Argument`].
    pub fn encode_message(&self, label: &str, arguments: &[String]) -> Result<Vec<u8>, MetadataError> {
        self.encode_call(self.message(label)?, arguments)
    }

    /// The call of a constructor, in the same way.
    ///
    /// # Errors
    /// Those of [`ContractMetadata::encode_message`].
    pub fn encode_constructor(&self, label: &str, arguments: &[String]) -> Result<Vec<u8>, MetadataError> {
        self.encode_call(self.constructor(label)?, arguments)
    }

    fn encode_call(&self, spec: &CallSpec, arguments: &[String]) -> Result<Vec<u8>, MetadataError> {
        if arguments.len() != spec.args.len() {
            return Err(MetadataError::ArgumentCount {
                signature: self.signature(spec),
                expected: spec.args.len(),
                given: arguments.len(),
            });
        }
        let mut data = self.bytes::<4>(&spec.label, &spec.selector)?.to_vec();
        for (argument, text) in spec.args.iter().zip(arguments) {
            let bad = |cause: String| MetadataError::Argument {
                label: spec.label.clone(),
                argument: argument.label.clone(),
                type_name: self.type_name(argument.ty.id),
                text: text.clone(),
                cause,
            };
            let value = self.parse(text, argument.ty.id).map_err(bad)?;
            let value = self.fit(value, argument.ty.id).map_err(bad)?;
            scale::encode_as_type(&value, argument.ty.id, &self.registry, &mut data)
                .map_err(|error| bad(error.to_string()))?;
        }
        Ok(data)
    }

    fn parse(&self, text: &str, id: u32) -> Result<Value<()>, String> {
        let text = text.trim();
        if self.is_text(id) && !text.starts_with('"') {
            return Ok(Value::string(text));
        }
        let (value, rest) = parse_value(text);
        let value = value.map_err(|error| error.to_string())?;
        match rest.trim() {
            "" => Ok(value),
            rest => Err(format!("{rest:?} is left over")),
        }
    }

    /// Whether a type is a text, perhaps in wrappers.
    fn is_text(&self, id: u32) -> bool {
        match self.type_of(id).map(|ty| &ty.type_def) {
            Ok(TypeDef::Primitive(TypeDefPrimitive::Str)) => true,
            Ok(TypeDef::Composite(composite)) => {
                matches!(composite.fields.as_slice(), [field] if self.is_text(field.ty.id))
            }
            _ => false,
        }
    }

    /// The value as its type needs it: numbers in the limbs of a 256-bit number, and nothing that the type does not have.
    fn fit(&self, value: Value<()>, id: u32) -> Result<Value<()>, String> {
        let ty = self.type_of(id).map_err(|error| error.to_string())?;
        if Self::is_u256(ty) {
            return match value.value {
                ValueDef::Primitive(Primitive::U128(number)) => Ok(limbs(U256::from(number))),
                ValueDef::Primitive(Primitive::U256(bytes)) => Ok(limbs(U256::from_little_endian(&bytes))),
                _ => Err("it is no number".to_owned()),
            };
        }
        let value = match (&ty.type_def, value.value) {
            (TypeDef::Composite(composite), ValueDef::Composite(given)) => {
                return match (composite.fields.as_slice(), given) {
                    // A wrapper may be left out.
                    ([field], Composite::Unnamed(values)) if values.len() != 1 => {
                        self.fit(Value::unnamed_composite(values), field.ty.id)
                    }
                    (fields, given) => Ok(self.fit_fields(given, fields)?.into()),
                };
            }
            (TypeDef::Composite(composite), given) => match composite.fields.as_slice() {
                [field] => return self.fit(Value { value: given, context: () }, field.ty.id),
                _ => given,
            },
            (TypeDef::Variant(variants), ValueDef::Variant(given)) => {
                let known = || variants.variants.iter().map(|known| known.name.as_str()).collect::<Vec<_>>().join(", ");
                let variant = variants.variants.iter().find(|variant| variant.name == given.name);
                let variant = variant.ok_or_else(|| format!("{:?} is none of {}", given.name, known()))?;
                return Ok(Value::variant(given.name, self.fit_fields(given.values, &variant.fields)?));
            }
            (TypeDef::Sequence(sequence), ValueDef::Composite(given)) => {
                return self.fit_items(given, |_| Some(sequence.type_param.id));
            }
            (TypeDef::Array(array), ValueDef::Composite(given)) => {
                if given.len() != array.len as usize {
                    return Err(format!("it has {} items instead of {}", given.len(), array.len));
                }
                return self.fit_items(given, |_| Some(array.type_param.id));
            }
            (TypeDef::Tuple(tuple), ValueDef::Composite(given)) => {
                if given.len() != tuple.fields.len() {
                    return Err(format!("it has {} items instead of {}", given.len(), tuple.fields.len()));
                }
                return self.fit_items(given, |index| tuple.fields.get(index).map(|item| item.id));
            }
            (_, value) => value,
        };
        Ok(Value { value, context: () })
    }

    fn fit_items(&self, given: Composite<()>, type_of: impl Fn(usize) -> Option<u32>) -> Result<Value<()>, String> {
        let items = given.into_values().enumerate().map(|(index, item)| match type_of(index) {
            Some(id) => self.fit(item, id),
            None => Ok(item),
        });
        Ok(Value::unnamed_composite(items.collect::<Result<Vec<_>, _>>()?))
    }

    fn fit_fields(&self, given: Composite<()>, fields: &[Field<PortableForm>]) -> Result<Composite<()>, String> {
        match given {
            Composite::Named(values) => {
                let mut fitted = Vec::with_capacity(values.len());
                for (name, value) in values {
                    let field = fields.iter().find(|field| field.name.as_ref() == Some(&name));
                    let field = field.ok_or_else(|| format!("there is no field {name:?}"))?;
                    fitted.push((name, self.fit(value, field.ty.id)?));
                }
                if let Some(missing) =
                    fields.iter().find(|field| !fitted.iter().any(|(name, _)| field.name.as_ref() == Some(name)))
                {
                    return Err(format!(
                        "the field {} is missing",
                        missing.name.as_deref().unwrap_or("without a name")
                    ));
                }
                Ok(Composite::Named(fitted))
            }
            Composite::Unnamed(values) => {
                if values.len() != fields.len() {
                    return Err(format!("it has {} fields instead of {}", values.len(), fields.len()));
                }
                let fitted = values.into_iter().zip(fields).map(|(value, field)| self.fit(value, field.ty.id));
                Ok(Composite::Unnamed(fitted.collect::<Result<_, _>>()?))
            }
        }
    }
}

fn limbs(number: U256) -> Value<()> {
    Value::unnamed_composite(number.0.map(|limb| Value::u128(limb.into())))
}

fn parse_value(text: &str) -> (Result<Value<()>, stringify::ParseError>, String) {
    let (value, rest) = stringify::from_str_custom()
        .add_custom_parser(stringify::custom_parsers::parse_hex)
        .add_custom_parser(parse_bare_variant)
        .add_custom_parser(parse_large_number)
        .add_custom_parser(parse_list)
        .parse(text);
    (value, rest.to_owned())
}

type Parsed = Option<Result<Value<()>, stringify::ParseError>>;

/// `Name` for a variant without fields.
fn parse_bare_variant(text: &mut &str) -> Parsed {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase());
    if !is_name || rest.trim_start().starts_with(['(', '{']) {
        return None;
    }
    *text = rest;
    Some(Ok(Value::unnamed_variant(name, [])))
}

/// A number of more than 128 bits.
fn parse_large_number(text: &mut &str) -> Parsed {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || digits.parse::<u128>().is_ok() {
        return None;
    }
    let number = U256::from_dec_str(digits).ok()?;
    *text = rest;
    Some(Ok(Value::primitive(Primitive::U256(number.to_little_endian()))))
}

/// `[1, 2]`, which is read as `(1, 2)`.
fn parse_list(text: &mut &str) -> Parsed {
    let inner = text.strip_prefix('[')?;
    let mut depth = 1usize;
    let end = inner.find(|c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let (items, rest) = (inner.get(..end)?, inner.get(end..)?.strip_prefix(']')?);
    let (value, _) = parse_value(&format!("({items})"));
    *text = rest;
    Some(value)
}
