//! From the types of the metadata to Rust types.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use scale_info::{form::PortableForm, Field, Type, TypeDef, TypeDefPrimitive};

use crate::{
    error::BindgenError,
    metadata::{crate_root, ContractMetadata},
    names::{docs, identifier, sentence},
};

/// Where a generated type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the contract's own module: the type is of the contract's crate.
    Contract,
    /// In the module for types of other crates, which several contracts may have.
    Shared,
}

/// The Rust types of one contract. Asking for a type notes which types must be generated for it.
pub struct Types<'a> {
    metadata: &'a ContractMetadata,
    module: &'a str,
    /// Modules of the other contracts, by their crates.
    others: &'a BTreeMap<String, String>,
    contract: BTreeMap<String, u32>,
    shared: BTreeMap<String, u32>,
}

impl<'a> Types<'a> {
    /// The types of a contract whose bindings stand in the module of this name. Types of the other contracts' crates stand in
    /// theirs.
    pub fn new(metadata: &'a ContractMetadata, module: &'a str, others: &'a BTreeMap<String, String>) -> Self {
        Self { metadata, module, others, contract: BTreeMap::new(), shared: BTreeMap::new() }
    }

    /// How generated code names a type.
    ///
    /// # Errors
    /// [`BindgenError::UnknownType`], [`BindgenError::UnsupportedType`], [`BindgenError::NameClash`],
    /// [`BindgenError::Name`].
    pub fn name(&mut self, id: u32) -> Result<TokenStream, BindgenError> {
        let ty = self.metadata.type_of(id)?;
        let path: Vec<&str> = ty.path.segments.iter().map(|segment| segment.as_ref()).collect();
        match path.as_slice() {
            [] => self.unnamed(ty),
            ["Option"] => self.generic(quote!(Option), ty),
            ["Result"] => self.generic(quote!(Result), ty),
            ["BTreeMap"] => self.generic(quote!(std::collections::BTreeMap), ty),
            ["BTreeSet"] => self.generic(quote!(std::collections::BTreeSet), ty),
            // Both are encoded as what they hold.
            ["Cow" | "Box"] => self.parameter(ty, 0),
            ["primitive_types", "H160"] => Ok(quote!(primitive_types::H160)),
            ["primitive_types", "H256"] | ["ink_primitives", "types", "Hash"] => Ok(quote!(primitive_types::H256)),
            ["primitive_types", "U256"] => Ok(quote!(primitive_types::U256)),
            ["ink_primitives", "types", "AccountId"] => Ok(quote!([u8; 32])),
            ["ink_primitives", "LangError"] => Ok(quote!(crate::LangError)),
            // The modules of this crate are private, everything stands at its root.
            ["florin_units", .., name] => {
                let name = self.identifier(name)?;
                Ok(quote!(florin_units::#name))
            }
            [root @ ("florin_stable" | "florin_governance" | "florin_panels" | "florin_trade"), modules @ .., name] => {
                let root = self.identifier(root)?;
                let modules = modules.iter().map(|module| self.identifier(module)).collect::<Result<Vec<_>, _>>()?;
                let name = self.identifier(name)?;
                let path = quote!(#root::#(#modules::)*#name);
                if ty.type_params.is_empty() {
                    Ok(path)
                } else {
                    self.generic(path, ty)
                }
            }
            ["primitive_types" | "ink_primitives" | "ink", ..] => Err(self.unsupported(ty)),
            [root, .., name] if *root != crate_root(self.metadata) && self.others.contains_key(*root) => {
                let module = self.others.get(*root).map_or("", String::as_str);
                let (module, name) = (self.identifier(module)?, self.identifier(name)?);
                Ok(quote!(crate::#module::#name))
            }
            [root, .., name] => {
                let place = if *root == crate_root(self.metadata) { Place::Contract } else { Place::Shared };
                self.generated(place, name, id)
            }
            [_] => Err(self.unsupported(ty)),
        }
    }

    /// The names of the generated types that stand in the contract's own module.
    pub fn contract_types(&self) -> BTreeSet<String> {
        self.contract.keys().cloned().collect()
    }

    /// Definitions of all types that were asked for, and of those that they need: the contract's own by name, then those of
    /// other crates by name.
    ///
    /// # Errors
    /// Those of [`Types::name`].
    #[allow(clippy::type_complexity)]
    pub fn definitions(
        &mut self,
    ) -> Result<(BTreeMap<String, TokenStream>, BTreeMap<String, TokenStream>), BindgenError> {
        let (mut contract, mut shared) = (BTreeMap::new(), BTreeMap::new());
        loop {
            // Defining a type may add others.
            let missing = |known: &BTreeMap<String, u32>, done: &BTreeMap<String, TokenStream>| {
                known.iter().find(|(name, _)| !done.contains_key(*name)).map(|(name, id)| (name.clone(), *id))
            };
            if let Some((name, id)) = missing(&self.contract, &contract) {
                let definition = self.define(&name, id)?;
                contract.insert(name, definition);
            } else if let Some((name, id)) = missing(&self.shared, &shared) {
                let definition = self.define(&name, id)?;
                shared.insert(name, definition);
            } else {
                return Ok((contract, shared));
            }
        }
    }

    /// What a message returns: its value, and its own error where it has one. Every message of ink! 6 wraps this in a `Result`
    /// with `LangError`, and so does every constructor.
    ///
    /// # Errors
    /// [`BindgenError::ReturnType`]; those of [`Types::name`].
    pub fn returned(&mut self, item: &str, id: u32) -> Result<(TokenStream, Option<TokenStream>), BindgenError> {
        let unexpected = |types: &Self| BindgenError::ReturnType {
            contract: types.metadata.contract.name.clone(),
            item: item.to_owned(),
            name: types.describe(id),
        };
        let Some((value, error)) = self.result_of(id)? else { return Err(unexpected(self)) };
        let error = self.metadata.type_of(error)?;
        if error.path.segments.last().map(|name| name.as_ref()) != Some("LangError") {
            return Err(unexpected(self));
        }
        match self.result_of(value)? {
            Some((value, error)) => Ok((self.name(value)?, Some(self.name(error)?))),
            None => Ok((self.name(value)?, None)),
        }
    }

    fn result_of(&self, id: u32) -> Result<Option<(u32, u32)>, BindgenError> {
        let ty = self.metadata.type_of(id)?;
        let is_result = ty.path.segments.len() == 1 && ty.path.segments.iter().any(|name| name == "Result");
        let parameters: Vec<u32> = ty.type_params.iter().filter_map(|parameter| Some(parameter.ty?.id)).collect();
        match parameters.as_slice() {
            [value, error] if is_result => Ok(Some((*value, *error))),
            _ => Ok(None),
        }
    }

    fn unnamed(&mut self, ty: &Type<PortableForm>) -> Result<TokenStream, BindgenError> {
        match &ty.type_def {
            TypeDef::Primitive(primitive) => match primitive {
                TypeDefPrimitive::Bool => Ok(quote!(bool)),
                TypeDefPrimitive::Str => Ok(quote!(String)),
                TypeDefPrimitive::U8 => Ok(quote!(u8)),
                TypeDefPrimitive::U16 => Ok(quote!(u16)),
                TypeDefPrimitive::U32 => Ok(quote!(u32)),
                TypeDefPrimitive::U64 => Ok(quote!(u64)),
                TypeDefPrimitive::U128 => Ok(quote!(u128)),
                TypeDefPrimitive::I8 => Ok(quote!(i8)),
                TypeDefPrimitive::I16 => Ok(quote!(i16)),
                TypeDefPrimitive::I32 => Ok(quote!(i32)),
                TypeDefPrimitive::I64 => Ok(quote!(i64)),
                TypeDefPrimitive::I128 => Ok(quote!(i128)),
                TypeDefPrimitive::Char | TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => Err(self.unsupported(ty)),
            },
            TypeDef::Array(array) => {
                let item = self.name(array.type_param.id)?;
                let length = proc_macro2::Literal::u32_unsuffixed(array.len);
                Ok(quote!([#item; #length]))
            }
            TypeDef::Sequence(sequence) => {
                let item = self.name(sequence.type_param.id)?;
                Ok(quote!(Vec<#item>))
            }
            TypeDef::Tuple(tuple) => {
                let items = tuple.fields.iter().map(|field| self.name(field.id)).collect::<Result<Vec<_>, _>>()?;
                Ok(match items.as_slice() {
                    [item] => quote!((#item,)),
                    items => quote!((#(#items),*)),
                })
            }
            TypeDef::Compact(compact) => {
                let inner = self.name(compact.type_param.id)?;
                Ok(quote!(parity_scale_codec::Compact<#inner>))
            }
            TypeDef::Composite(_) | TypeDef::Variant(_) | TypeDef::BitSequence(_) => Err(self.unsupported(ty)),
        }
    }

    fn generic(&mut self, name: TokenStream, ty: &Type<PortableForm>) -> Result<TokenStream, BindgenError> {
        let parameters =
            (0..ty.type_params.len()).map(|place| self.parameter(ty, place)).collect::<Result<Vec<_>, _>>()?;
        Ok(quote!(#name<#(#parameters),*>))
    }

    fn parameter(&mut self, ty: &Type<PortableForm>, place: usize) -> Result<TokenStream, BindgenError> {
        match ty.type_params.get(place).and_then(|parameter| parameter.ty) {
            Some(parameter) => self.name(parameter.id),
            None => Err(self.unsupported(ty)),
        }
    }

    fn generated(&mut self, place: Place, name: &str, id: u32) -> Result<TokenStream, BindgenError> {
        let known = match place {
            Place::Contract => &mut self.contract,
            Place::Shared => &mut self.shared,
        };
        // Two instances of a generic type are two types of one name as well; they are refused with the others.
        if *known.entry(name.to_owned()).or_insert(id) != id {
            return Err(BindgenError::NameClash {
                contract: self.metadata.contract.name.clone(),
                name: name.to_owned(),
            });
        }
        let name = self.identifier(name)?;
        match place {
            Place::Contract => {
                let module = self.identifier(self.module)?;
                Ok(quote!(crate::#module::#name))
            }
            Place::Shared => Ok(quote!(crate::shared::#name)),
        }
    }

    fn define(&mut self, name: &str, id: u32) -> Result<TokenStream, BindgenError> {
        let ty = self.metadata.type_of(id)?;
        let words = docs(&ty.docs, &format!("`{name}` of the contract."));
        let ident = self.identifier(name)?;
        let derives = quote!(#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]);
        match &ty.type_def {
            TypeDef::Composite(composite) => {
                let fields = self.fields(&composite.fields, true)?;
                // Only a struct with named fields ends without a semicolon.
                let end = match composite.fields.first() {
                    Some(Field { name: Some(_), .. }) => None,
                    _ => Some(quote!(;)),
                };
                Ok(quote!(#words #derives pub struct #ident #fields #end))
            }
            TypeDef::Variant(variant) => {
                let mut variants = Vec::new();
                for variant in &variant.variants {
                    let words = docs(&variant.docs, &sentence(&variant.name));
                    let index = proc_macro2::Literal::u8_unsuffixed(variant.index);
                    let name = self.identifier(&variant.name)?;
                    let fields = self.fields(&variant.fields, false)?;
                    variants.push(quote!(#words #[codec(index = #index)] #name #fields));
                }
                Ok(quote!(#words #derives pub enum #ident { #(#variants),* }))
            }
            _ => Err(self.unsupported(ty)),
        }
    }

    fn fields(&mut self, fields: &[Field<PortableForm>], public: bool) -> Result<TokenStream, BindgenError> {
        let visibility = public.then(|| quote!(pub));
        let mut written = Vec::new();
        let mut named = false;
        for (place, field) in fields.iter().enumerate() {
            let ty = self.name(field.ty.id)?;
            match &field.name {
                Some(name) => {
                    named = true;
                    let words = docs(&field.docs, &sentence(name));
                    let name = self.identifier(name)?;
                    written.push(quote!(#words #visibility #name: #ty));
                }
                // The field of a variant needs no words, the field of a struct does.
                None if public => {
                    let words = docs(&field.docs, &format!("Field {place}."));
                    written.push(quote!(#words #visibility #ty));
                }
                None => written.push(quote!(#ty)),
            }
        }
        Ok(match (written.is_empty(), named) {
            (true, _) => TokenStream::new(),
            (false, true) => quote!({ #(#written),* }),
            (false, false) => quote!((#(#written),*)),
        })
    }

    fn identifier(&self, name: &str) -> Result<proc_macro2::Ident, BindgenError> {
        identifier(&self.metadata.contract.name, name)
    }

    fn unsupported(&self, ty: &Type<PortableForm>) -> BindgenError {
        let name = match ty.path.is_empty() {
            true => format!("{:?}", ty.type_def),
            false => ty.path.to_string(),
        };
        BindgenError::UnsupportedType { contract: self.metadata.contract.name.clone(), name }
    }

    fn describe(&self, id: u32) -> String {
        match self.metadata.registry.resolve(id) {
            Some(ty) if !ty.path.is_empty() => ty.path.to_string(),
            Some(ty) => format!("{:?}", ty.type_def),
            None => format!("type {id}"),
        }
    }
}
