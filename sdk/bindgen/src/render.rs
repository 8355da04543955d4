//! One module of bindings for each contract.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::{
    error::BindgenError,
    metadata::{crate_root, CallSpec, ContractMetadata, EventSpec},
    names::{docs, identifier, sentence, snake_case},
    types::Types,
};

/// Name of the module for types that contracts have from other crates.
pub const SHARED: &str = "shared";

/// The codec knows tuples up to this length.
const MAXIMUM_FIELDS: usize = 18;

/// From this number of arguments on clippy has something to say.
const MANY_ARGUMENTS: usize = 8;

/// Modules by name, each as the text of its file.
pub type Modules = BTreeMap<String, String>;

/// Write the modules of contracts, given by the names that their modules shall have.
///
/// # Errors
/// What the metadata has that bindings cannot express.
pub fn modules(contracts: &BTreeMap<String, ContractMetadata>) -> Result<Modules, BindgenError> {
    let mut modules = Modules::new();
    let mut shared: BTreeMap<String, TokenStream> = BTreeMap::new();
    let crates = contracts.iter().map(|(module, metadata)| (crate_root(metadata), module.clone())).collect();
    for (module, metadata) in contracts {
        let (text, foreign) = contract(module, metadata, &crates)?;
        modules.insert(module.clone(), text);
        for (name, definition) in foreign {
            match shared.get(&name) {
                Some(other) if other.to_string() != definition.to_string() => {
                    return Err(BindgenError::NameClash { contract: metadata.contract.name.clone(), name });
                }
                Some(_) => {}
                None => {
                    shared.insert(name, definition);
                }
            }
        }
    }
    let definitions = shared.values();
    let file = quote! {
        //! Types that contracts have from crates that they share.

        #[allow(unused_imports)]
        use parity_scale_codec::{Decode, Encode};
        #(#definitions)*
    };
    modules.insert(SHARED.to_owned(), print(SHARED, "the contracts' metadata", file)?);
    Ok(modules)
}

/// The module of a contract, and the definitions of the foreign types that it needs.
fn contract(
    module: &str,
    metadata: &ContractMetadata,
    crates: &BTreeMap<String, String>,
) -> Result<(String, BTreeMap<String, TokenStream>), BindgenError> {
    let name = &metadata.contract.name;
    let mut types = Types::new(metadata, module, crates);
    let mut functions = BTreeSet::new();
    let mut messages = Vec::new();
    let mut errors = BTreeMap::new();
    for spec in &metadata.spec.messages {
        let (text, error) = message(name, spec, &mut types)?;
        no_clash(name, &mut functions, &snake_case(&spec.label))?;
        messages.push(text);
        if let Some(error) = error {
            errors.insert(error.to_string(), error);
        }
    }
    functions.clear();
    let mut constructors = Vec::new();
    for spec in &metadata.spec.constructors {
        no_clash(name, &mut functions, &snake_case(&spec.label))?;
        constructors.push(constructor(name, spec, &mut types)?);
    }
    let mut events = Vec::new();
    let mut names = BTreeSet::new();
    // Events come from a linker section, in no order that would last.
    let sorted: BTreeMap<&str, &EventSpec> =
        metadata.spec.events.iter().map(|spec| (spec.label.as_str(), spec)).collect();
    if sorted.len() != metadata.spec.events.len() {
        return Err(BindgenError::NameClash { contract: name.clone(), name: "an event".to_owned() });
    }
    for spec in sorted.values() {
        no_clash(name, &mut names, &spec.label)?;
        events.push(event(name, spec, &mut types)?);
    }
    let (own, foreign) = types.definitions()?;
    for name_of_type in own.keys().chain(foreign.keys()) {
        no_clash(name, &mut names, name_of_type)?;
    }
    let alias = error_alias(&errors, &names);
    let reexports = reexport(name, foreign.keys())?;
    let definitions = own.values();
    let imports = (!own.is_empty()).then(|| {
        quote!(
            use parity_scale_codec::{Decode, Encode};
        )
    });
    let about = metadata.contract.description.as_deref().unwrap_or("a contract").trim_end_matches('.');
    let about = format!(" `{name}`: {about}.");
    let file = quote! {
        #![doc = #about]

        #imports
        #reexports
        pub use events::*;
        pub use messages::*;

        #alias
        #(#definitions)*

        /// How the contract is created.
        pub mod constructors {
            use crate::{message::encode_call, Constructor};
            #(#constructors)*
        }

        /// What the contract can be told and asked.
        pub mod messages {
            use crate::{message::encode_call, Message};
            #(#messages)*
        }

        /// What the contract tells.
        pub mod events {
            #[allow(unused_imports)]
            use crate::{message::{decode_event, topic}, ContractEvent};
            #(#events)*
        }
    };
    Ok((print(name, &format!("the metadata of {name}"), file)?, foreign))
}

fn message(
    contract: &str,
    spec: &CallSpec,
    types: &mut Types<'_>,
) -> Result<(TokenStream, Option<TokenStream>), BindgenError> {
    let words = docs(&spec.docs, &sentence(&spec.label));
    let name = identifier(contract, &snake_case(&spec.label))?;
    let Call { parameters, arguments, selector, lint } = Call::new(contract, spec, types)?;
    let (value, error) = types.returned(&spec.label, spec.return_type.id)?;
    let CallSpec { label, mutates, payable, .. } = spec;
    let fallible = error.is_some();
    let shown = error.clone().unwrap_or_else(|| quote!(crate::NoError));
    let text = quote! {
        #words
        #lint
        pub fn #name(#parameters) -> Message<#value, #shown> {
            Message::new(#label, #mutates, #payable, #fallible, encode_call(#selector, &#arguments))
        }
    };
    Ok((text, error))
}

fn constructor(contract: &str, spec: &CallSpec, types: &mut Types<'_>) -> Result<TokenStream, BindgenError> {
    let words = docs(&spec.docs, &sentence(&spec.label));
    let name = identifier(contract, &snake_case(&spec.label))?;
    let Call { parameters, arguments, selector, lint } = Call::new(contract, spec, types)?;
    // Nothing reads what a constructor returns, but it must be of the one known form.
    types.returned(&spec.label, spec.return_type.id)?;
    let CallSpec { label, payable, .. } = spec;
    Ok(quote! {
        #words
        #lint
        pub fn #name(#parameters) -> Constructor {
            Constructor { label: #label, payable: #payable, data: encode_call(#selector, &#arguments) }
        }
    })
}

/// What messages and constructors have in common.
struct Call {
    parameters: TokenStream,
    arguments: TokenStream,
    selector: TokenStream,
    lint: Option<TokenStream>,
}

impl Call {
    fn new(contract: &str, spec: &CallSpec, types: &mut Types<'_>) -> Result<Self, BindgenError> {
        check_count(contract, &spec.label, spec.args.len())?;
        let mut names = Vec::new();
        let mut parameters = Vec::new();
        for argument in &spec.args {
            let name = identifier(contract, &snake_case(&argument.label))?;
            let ty = types.name(argument.ty.id)?;
            parameters.push(quote!(#name: #ty));
            names.push(name);
        }
        let selector = u32::from_be_bytes(bytes(contract, &spec.label, &spec.selector)?);
        let selector = hexadecimal(format!("0x{selector:08x}"));
        Ok(Self {
            parameters: quote!(#(#parameters),*),
            arguments: tuple(&names),
            selector,
            lint: (names.len() >= MANY_ARGUMENTS).then(|| quote!(#[allow(clippy::too_many_arguments)])),
        })
    }
}

fn event(contract: &str, spec: &EventSpec, types: &mut Types<'_>) -> Result<TokenStream, BindgenError> {
    check_count(contract, &spec.label, spec.args.len())?;
    let words = docs(&spec.docs, &format!("The event `{}`.", spec.label));
    let name = identifier(contract, &spec.label)?;
    let mut names = Vec::new();
    let mut fields = Vec::new();
    for field in &spec.args {
        let words = docs(&field.docs, &sentence(&field.label));
        let name = identifier(contract, &snake_case(&field.label))?;
        let ty = types.name(field.ty.id)?;
        fields.push(quote!(#words pub #name: #ty));
        names.push(name);
    }
    let signature = match &spec.signature_topic {
        Some(text) => {
            let whole: [u8; 32] = bytes(contract, &spec.label, text)?;
            let half = |from: usize| hexadecimal(format!("0x{}", hex::encode(&whole[from..from + 16])));
            let (high, low) = (half(0), half(16));
            quote!(Some(topic(#high, #low)))
        }
        None => quote!(None),
    };
    let label = &spec.label;
    let pattern = tuple(&names);
    Ok(quote! {
        #words
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct #name { #(#fields),* }

        impl ContractEvent for #name {
            const LABEL: &'static str = #label;
            const SIGNATURE_TOPIC: Option<[u8; 32]> = #signature;

            fn decode(topics: &[[u8; 32]], data: &[u8]) -> Result<Self, parity_scale_codec::Error> {
                decode_event(Self::SIGNATURE_TOPIC, topics, data).map(|#pattern| Self { #(#names),* })
            }
        }
    })
}

/// `Error` for the one error type of all messages, unless something has this name already.
fn error_alias(errors: &BTreeMap<String, TokenStream>, names: &BTreeSet<String>) -> Option<TokenStream> {
    let mut all = errors.values();
    match (all.next(), all.next()) {
        (Some(error), None) if !names.contains("Error") => Some(quote! {
            /// Why the contract refuses.
            pub type Error = #error;
        }),
        _ => None,
    }
}

fn reexport<'a>(contract: &str, names: impl Iterator<Item = &'a String>) -> Result<Option<TokenStream>, BindgenError> {
    let names = names.map(|name| identifier(contract, name)).collect::<Result<Vec<_>, _>>()?;
    Ok((!names.is_empty()).then(|| quote!(pub use crate::shared::{#(#names),*};)))
}

fn tuple(names: &[proc_macro2::Ident]) -> TokenStream {
    match names {
        [name] => quote!((#name,)),
        names => quote!((#(#names),*)),
    }
}

fn no_clash(contract: &str, names: &mut BTreeSet<String>, name: &str) -> Result<(), BindgenError> {
    match names.insert(name.to_owned()) {
        true => Ok(()),
        false => Err(BindgenError::NameClash { contract: contract.to_owned(), name: name.to_owned() }),
    }
}

fn check_count(contract: &str, item: &str, count: usize) -> Result<(), BindgenError> {
    match count > MAXIMUM_FIELDS {
        true => Err(BindgenError::TooManyFields {
            contract: contract.to_owned(),
            item: item.to_owned(),
            count,
            maximum: MAXIMUM_FIELDS,
        }),
        false => Ok(()),
    }
}

fn bytes<const N: usize>(contract: &str, item: &str, text: &str) -> Result<[u8; N], BindgenError> {
    let decoded = hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok();
    decoded.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| BindgenError::Hex {
        contract: contract.to_owned(),
        item: item.to_owned(),
        text: text.to_owned(),
        bytes: N,
    })
}

/// A number written in hexadecimal, as it stands in the metadata.
fn hexadecimal(text: String) -> TokenStream {
    text.parse::<Literal>().map(|literal| quote!(#literal)).unwrap_or_default()
}

fn print(contract: &str, source: &str, file: TokenStream) -> Result<String, BindgenError> {
    let file: syn::File =
        syn::parse2(file).map_err(|cause| BindgenError::Output { contract: contract.to_owned(), cause })?;
    let text = prettyplease::unparse(&file);
    Ok(format!("// Generated by florin-bindgen from {source}; run it again instead of editing.\n\n{text}"))
}
