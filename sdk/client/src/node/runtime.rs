//! What the chain's metadata says: how to encode calls, keys and arguments, how to read values, events and errors. Nothing here
//! knows the runtime at compile time, so a chain may add fields and pallets without breaking this client.

use std::sync::Arc;

use scale_value::{At, Composite, Value, ValueDef};
use subxt::{
    client::{OfflineClient, OfflineClientAtBlock},
    config::{
        substrate::{SpecVersionForRange, SubstrateConfig, SubstrateExtrinsicParamsBuilder},
        Hasher,
    },
    dynamic,
    events::Events,
    ext::scale_decode::DecodeAsType,
    transactions::DynamicPayload,
    Metadata,
};

use super::link::BlockId;
use crate::{chain::Hash, error::ChainError, signer::Signer};

/// A call of a pallet, ready to be encoded.
pub(super) type Call = DynamicPayload<Composite<()>>;

/// For how many blocks a transaction can be included.
pub(super) const LIFE_TIME: u64 = 64;

/// What the SDK needs of a chain: calls by pallet.
const CALLS: [(&str, &str); 6] = [
    ("Revive", "call"),
    ("Revive", "upload_code"),
    ("Revive", "instantiate"),
    ("Revive", "map_account"),
    ("Balances", "transfer_keep_alive"),
    ("Utility", "batch_all"),
];
/// Storage entries by pallet.
const STORAGE: [(&str, &str); 5] = [
    ("System", "Account"),
    ("Timestamp", "Now"),
    ("Revive", "AccountInfoOf"),
    ("Revive", "OriginalAccount"),
    ("Revive", "PristineCode"),
];
/// Functions by runtime interface.
const FUNCTIONS: [(&str, &str); 4] = [
    ("ReviveApi", "call"),
    ("ReviveApi", "instantiate"),
    ("ReviveApi", "balance"),
    ("AccountNonceApi", "account_nonce"),
];

/// One version of the chain's runtime.
pub(super) struct Runtime {
    pub(super) spec_version: u32,
    offline: OfflineClientAtBlock<SubstrateConfig>,
}

/// A transaction that is signed.
pub(super) struct Signed {
    pub(super) hash: Hash,
    pub(super) encoded: Vec<u8>,
}

impl Runtime {
    pub(super) fn new(
        genesis_hash: Hash,
        spec_version: u32,
        transaction_version: u32,
        metadata: &[u8],
    ) -> Result<Self, ChainError> {
        let metadata = Metadata::decode_from(metadata)
            .map_err(|error| ChainError::Decode { what: "the chain's metadata".into(), cause: error.to_string() })?;
        let config = SubstrateConfig::builder()
            .set_genesis_hash(genesis_hash)
            .set_metadata_for_spec_versions([(spec_version, Arc::new(metadata))])
            .set_spec_version_for_block_ranges([SpecVersionForRange {
                block_range: 0..u64::MAX,
                spec_version,
                transaction_version,
            }])
            .build();
        let offline = OfflineClient::new_with_config(config)
            .at_block(0u64)
            .map_err(|error| ChainError::Decode { what: "the chain's metadata".into(), cause: error.to_string() })?;
        Ok(Self { spec_version, offline })
    }

    pub(super) fn metadata(&self) -> &Metadata {
        self.offline.metadata_ref()
    }

    /// Refuse a chain that lacks what the SDK needs.
    pub(super) fn check(&self) -> Result<(), ChainError> {
        for (pallet, call) in CALLS {
            self.check_call(pallet, call)?;
        }
        for (pallet, entry) in STORAGE {
            self.storage_type(pallet, entry)?;
        }
        for (interface, function) in FUNCTIONS {
            self.output_type(interface, function)?;
        }
        Ok(())
    }

    fn missing(&self, missing: String) -> ChainError {
        ChainError::Incompatible { spec_version: self.spec_version, missing }
    }

    fn check_call(&self, pallet: &str, call: &str) -> Result<(), ChainError> {
        self.metadata()
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.call_variant_by_name(call))
            .map(|_| ())
            .ok_or_else(|| self.missing(format!("the call {pallet}.{call}")))
    }

    fn storage_type(&self, pallet: &str, entry: &str) -> Result<u32, ChainError> {
        self.metadata()
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage())
            .and_then(|storage| storage.entry_by_name(entry))
            .map(|entry| entry.value_ty())
            .ok_or_else(|| self.missing(format!("the storage entry {pallet}.{entry}")))
    }

    fn output_type(&self, interface: &str, function: &str) -> Result<u32, ChainError> {
        self.metadata()
            .runtime_api_trait_by_name(interface)
            .and_then(|interface| interface.method_by_name(function))
            .map(|method| method.output_ty())
            .ok_or_else(|| self.missing(format!("the runtime interface {interface}.{function}")))
    }

    /// Key of a storage entry; `keys` are the parts of a map's key.
    pub(super) fn storage_key(&self, pallet: &str, entry: &str, keys: Vec<Value>) -> Result<Vec<u8>, ChainError> {
        self.storage_type(pallet, entry)?;
        let address = dynamic::storage::<Vec<Value>, Value>(pallet, entry);
        self.offline.storage().entry(address).and_then(|entry| entry.fetch_key(keys)).map_err(|error| {
            ChainError::Decode { what: format!("the key of {pallet}.{entry}"), cause: error.to_string() }
        })
    }

    pub(super) fn decode_storage<T: DecodeAsType>(
        &self,
        pallet: &str,
        entry: &str,
        bytes: &[u8],
    ) -> Result<T, ChainError> {
        self.decode(&format!("{pallet}.{entry}"), self.storage_type(pallet, entry)?, bytes)
    }

    pub(super) fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        let constant = self
            .metadata()
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.constant_by_name(name))
            .ok_or_else(|| self.missing(format!("the constant {pallet}.{name}")))?;
        self.decode(&format!("{pallet}.{name}"), constant.ty(), constant.value())
    }

    /// Arguments of a function of a runtime interface.
    pub(super) fn arguments(
        &self,
        interface: &str,
        function: &str,
        arguments: Vec<Value>,
    ) -> Result<Vec<u8>, ChainError> {
        let payload = dynamic::runtime_api_call::<_, Value>(interface, function, arguments);
        self.offline.runtime_apis().encode_args(payload).map_err(|error| ChainError::Decode {
            what: format!("the arguments of {interface}.{function}"),
            cause: error.to_string(),
        })
    }

    pub(super) fn decode_output<T: DecodeAsType>(
        &self,
        interface: &str,
        function: &str,
        bytes: &[u8],
    ) -> Result<T, ChainError> {
        self.decode(&format!("what {interface}.{function} returned"), self.output_type(interface, function)?, bytes)
    }

    fn decode<T: DecodeAsType>(&self, what: &str, type_id: u32, bytes: &[u8]) -> Result<T, ChainError> {
        T::decode_as_type(&mut &*bytes, type_id, self.metadata().types())
            .map_err(|error| ChainError::Decode { what: what.to_owned(), cause: error.to_string() })
    }

    /// Sign a call, valid for [`LIFE_TIME`] blocks from `birth` on.
    pub(super) fn sign(&self, call: &Call, signer: &Signer, nonce: u64, birth: BlockId) -> Result<Signed, ChainError> {
        self.check_call(call.pallet_name(), call.call_name())?;
        let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(LIFE_TIME, birth.number, birth.hash)
            .build();
        self.offline
            .tx()
            .create_signable_offline(call, params)
            .and_then(|mut signable| signable.sign(&signer.0))
            .map(|signed| Signed { hash: signed.hash(), encoded: signed.into_encoded() })
            .map_err(|error| ChainError::Decode {
                what: format!("the arguments of {}.{}", call.pallet_name(), call.call_name()),
                cause: error.to_string(),
            })
    }

    /// Hash of an encoded extrinsic.
    pub(super) fn hash(&self, extrinsic: &[u8]) -> Hash {
        self.offline.hasher().hash(extrinsic)
    }

    pub(super) fn events(&self, bytes: Vec<u8>) -> Events<SubstrateConfig> {
        self.offline.events().from_bytes(bytes)
    }

    /// The SDK's form of a dispatch error.
    pub(super) fn dispatch_error<T>(&self, error: &Value<T>) -> ChainError {
        let ValueDef::Variant(variant) = &error.value else {
            return ChainError::Decode { what: "a dispatch error".into(), cause: "it is no variant".into() };
        };
        if variant.name == "Module" {
            if let Some(module) = self.module_error(error) {
                return module;
            }
        }
        let detail = variant.values.values().next().and_then(|inner| match &inner.value {
            ValueDef::Variant(inner) => Some(inner.name.clone()),
            _ => None,
        });
        ChainError::Dispatch { pallet: "System".into(), name: variant.name.clone(), detail }
    }

    fn module_error<T>(&self, error: &Value<T>) -> Option<ChainError> {
        let module = error.at(0)?;
        let pallet = u8::try_from(module.at("index")?.as_u128()?).ok()?;
        let code = module.at("error")?;
        // Four bytes, of which the first is the error; a single number in old runtimes.
        let code = code.as_u128().or_else(|| code.at(0)?.as_u128())?;
        let code = u8::try_from(code).ok()?;
        let Some(pallet_metadata) = self.metadata().pallet_by_error_index(pallet) else {
            return Some(ChainError::Dispatch {
                pallet: format!("pallet {pallet}"),
                name: format!("error {code}"),
                detail: None,
            });
        };
        let variant = pallet_metadata.error_variant_by_index(code);
        Some(ChainError::Dispatch {
            pallet: pallet_metadata.name().to_owned(),
            name: variant.map_or_else(|| format!("error {code}"), |variant| variant.name.clone()),
            detail: variant.map(|variant| variant.docs.join(" ").trim().to_owned()).filter(|docs| !docs.is_empty()),
        })
    }
}
