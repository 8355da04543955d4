//! The file's shape.

use scale_info::{form::PortableForm, PortableRegistry, Type, TypeDef, TypeDefPrimitive};
use serde::Deserialize;

use crate::{MetadataError, KNOWN_VERSION};

/// The metadata of one contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractMetadata {
    /// Format of the metadata.
    pub version: u64,
    /// The contract's crate.
    pub contract: ContractInfo,
    /// What the contract offers.
    pub spec: ContractSpec,
    /// Where it keeps what; null where the metadata does not tell.
    #[serde(default)]
    pub(crate) storage: serde_json::Value,
    /// The types that the rest refers to.
    #[serde(flatten)]
    pub registry: PortableRegistry,
}

/// The crate of a contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractInfo {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
}

/// What a contract offers.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractSpec {
    /// How it is created.
    pub constructors: Vec<CallSpec>,
    /// What it can be told and asked.
    pub messages: Vec<CallSpec>,
    /// What it tells.
    pub events: Vec<EventSpec>,
}

/// A constructor or a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSpec {
    /// Its name.
    pub label: String,
    /// Four bytes that choose it, as hexadecimal text.
    pub selector: String,
    /// Whether it changes state; constructors do not say.
    #[serde(default)]
    pub mutates: bool,
    /// Whether it takes native tokens.
    pub payable: bool,
    /// Its arguments, in order.
    pub args: Vec<ArgumentSpec>,
    /// What it returns.
    pub return_type: TypeSpec,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// An argument.
#[derive(Clone, Debug, Deserialize)]
pub struct ArgumentSpec {
    /// Its name.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeSpec,
}

/// An event.
#[derive(Clone, Debug, Deserialize)]
pub struct EventSpec {
    /// Its name.
    pub label: String,
    /// Its first topic as hexadecimal text; none for an anonymous event.
    pub signature_topic: Option<String>,
    /// Its fields, in order.
    pub args: Vec<FieldSpec>,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// A field of an event.
#[derive(Clone, Debug, Deserialize)]
pub struct FieldSpec {
    /// Its name.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeSpec,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// A reference to a type.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct TypeSpec {
    /// Number of the type.
    #[serde(rename = "type")]
    pub id: u32,
}

impl ContractMetadata {
    /// Read metadata: a `.json` or a whole `.contract` bundle.
    ///
    /// # Errors
    /// [`MetadataError::Json`], [`MetadataError::Version`].
    pub fn from_json(json: &serde_json::Value) -> Result<Self, MetadataError> {
        let metadata = Self::deserialize(json).map_err(|error| MetadataError::Json { cause: error.to_string() })?;
        if metadata.version != KNOWN_VERSION {
            return Err(MetadataError::Version {
                contract: metadata.contract.name,
                found: metadata.version,
                known: KNOWN_VERSION,
            });
        }
        Ok(metadata)
    }

    /// The contract's crate.
    pub fn name(&self) -> &str {
        &self.contract.name
    }

    /// What it can be told and asked, in the contract's own order.
    pub fn messages(&self) -> &[CallSpec] {
        &self.spec.messages
    }

    /// A message by its name, as the contract or as the bindings write it (`balanceOf`, `balance_of`).
    ///
    /// # Errors
    /// [`MetadataError::UnknownMessage`].
    pub fn message(&self, label: &str) -> Result<&CallSpec, MetadataError> {
        self.find(&self.spec.messages, label)
    }

    /// A constructor by its name.
    ///
    /// # Errors
    /// [`MetadataError::UnknownMessage`].
    pub fn constructor(&self, label: &str) -> Result<&CallSpec, MetadataError> {
        self.find(&self.spec.constructors, label)
    }

    fn find<'a>(&self, specs: &'a [CallSpec], label: &str) -> Result<&'a CallSpec, MetadataError> {
        let known = |spec: &&CallSpec| spec.label == label || snake_case(&spec.label) == label;
        specs.iter().find(known).ok_or_else(|| MetadataError::UnknownMessage {
            contract: self.contract.name.clone(),
            label: label.to_owned(),
            known: specs.iter().map(|spec| spec.label.clone()).collect(),
        })
    }

    /// A type by its number.
    ///
    /// # Errors
    /// [`MetadataError::UnknownType`].
    pub fn type_of(&self, id: u32) -> Result<&Type<PortableForm>, MetadataError> {
        self.registry.resolve(id).ok_or_else(|| MetadataError::UnknownType { contract: self.contract.name.clone(), id })
    }

    /// Bytes that the metadata gives as hexadecimal text.
    ///
    /// # Errors
    /// [`MetadataError::Hex`].
    pub fn bytes<const N: usize>(&self, item: &str, text: &str) -> Result<[u8; N], MetadataError> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = [0; N];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| MetadataError::Hex {
            contract: self.contract.name.clone(),
            item: item.to_owned(),
            text: text.to_owned(),
            bytes: N,
        })?;
        Ok(bytes)
    }

    /// A message with its arguments and what it returns, as Rust would write it:
    /// `draw(position: u64, amount: Wad) -> Result<(), VaultError>`.
    pub fn signature(&self, spec: &CallSpec) -> String {
        let arguments: Vec<String> =
            spec.args.iter().map(|arg| format!("{}: {}", arg.label, self.type_name(arg.ty.id))).collect();
        let returned = self.result_of(spec.return_type.id).map_or(spec.return_type.id, |(value, _)| value);
        let returned = match self.type_name(returned).as_str() {
            "()" => String::new(),
            name => format!(" -> {name}"),
        };
        format!("{}({}){returned}", spec.label, arguments.join(", "))
    }

    /// A type as Rust would write it, without the modules.
    pub fn type_name(&self, id: u32) -> String {
        let Ok(ty) = self.type_of(id) else { return format!("type {id}") };
        if let Some(name) = ty.path.segments.last() {
            let parameters: Vec<String> =
                ty.type_params.iter().filter_map(|parameter| Some(self.type_name(parameter.ty?.id))).collect();
            return match parameters.as_slice() {
                [] => name.clone(),
                parameters => format!("{name}<{}>", parameters.join(", ")),
            };
        }
        match &ty.type_def {
            TypeDef::Primitive(TypeDefPrimitive::Str) => "String".to_owned(),
            TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
            TypeDef::Array(array) => format!("[{}; {}]", self.type_name(array.type_param.id), array.len),
            TypeDef::Sequence(sequence) => format!("Vec<{}>", self.type_name(sequence.type_param.id)),
            TypeDef::Compact(compact) => self.type_name(compact.type_param.id),
            TypeDef::Tuple(tuple) => {
                let items: Vec<String> = tuple.fields.iter().map(|item| self.type_name(item.id)).collect();
                format!("({})", items.join(", "))
            }
            _ => format!("type {id}"),
        }
    }

    /// Types of value and error of a `Result`.
    pub(crate) fn result_of(&self, id: u32) -> Option<(u32, u32)> {
        let ty = self.registry.resolve(id)?;
        let is_result = matches!(ty.path.segments.as_slice(), [name] if name == "Result");
        let parameters: Vec<u32> = ty.type_params.iter().filter_map(|parameter| Some(parameter.ty?.id)).collect();
        match parameters.as_slice() {
            [value, error] if is_result => Some((*value, *error)),
            _ => None,
        }
    }

    /// Whether a type is the 256-bit number of Ethereum.
    pub(crate) fn is_u256(ty: &Type<PortableForm>) -> bool {
        ty.path.segments.first().is_some_and(|root| root == "primitive_types")
            && ty.path.segments.last().is_some_and(|name| name == "U256")
    }
}

/// `balanceOf`, and `Trait::balance_of`, as functions are written: `balance_of`, `trait_balance_of`.
pub fn snake_case(label: &str) -> String {
    let mut snake = String::new();
    let mut previous_is_lower = false;
    for letter in label.replace("::", "_").chars() {
        if letter.is_uppercase() {
            if previous_is_lower {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else {
            snake.push(letter);
        }
        previous_is_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    snake
}
