//! Who signs: development accounts, or a secret from a file or the environment. Never from a command line.

use crate::account::AccountId;

/// A key pair that signs transactions.
#[derive(Clone)]
pub struct Signer(pub(crate) subxt_signer::sr25519::Keypair);

impl core::fmt::Debug for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Signer({:?})", self.account())
    }
}

impl Signer {
    /// The account that it signs for.
    pub fn account(&self) -> AccountId {
        AccountId(self.0.public_key().0)
    }

    /// Alice, the development account that is sudo on a dev chain.
    pub fn alice() -> Self {
        Self(subxt_signer::sr25519::dev::alice())
    }

    /// Sign bytes as they are (the caller builds the payload).
    pub fn sign(&self, payload: &[u8]) -> [u8; 64] {
        self.0.sign(payload).0
    }
}
