//! The first block's state: funded development accounts, Alice as sudo.

use alloc::vec::Vec;

use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;

use crate::{AccountId, Balance, BalancesConfig, RuntimeGenesisConfig, SudoConfig, UNIT};

/// What each development account starts with, in planck: ten million tokens.
pub const ENDOWMENT: Balance = 10_000_000 * UNIT;

/// Alice to Ferdie and their stashes.
pub fn development_accounts() -> Vec<AccountId> {
    Sr25519Keyring::well_known().map(|key| key.to_account_id()).collect()
}

/// The development genesis.
pub fn development() -> RuntimeGenesisConfig {
    RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: development_accounts().into_iter().map(|account| (account, ENDOWMENT)).collect(),
            ..Default::default()
        },
        sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
        ..Default::default()
    }
}

/// A genesis preset by name, as JSON; only the development preset exists.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    if AsRef::<str>::as_ref(id) != sp_genesis_builder::DEV_RUNTIME_PRESET {
        return None;
    }
    serde_json::to_vec(&development()).ok()
}
