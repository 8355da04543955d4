//! Nets surplus against deficit when enough has come together.

use florin_bindings::vaults;
use florin_client::{chain::Chain, signer::Signer};
use florin_units::{Rad, Wad};

use crate::{error::KeeperError, suite::Suite};

/// Nets surplus against deficit. It is not paid for this.
pub struct HealKeeper<C> {
    suite: Suite<C>,
    signer: Signer,
    minimum: Wad,
}

/// What one round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HealReport {
    /// How much of both was netted.
    pub netted: Option<Rad>,
    /// Fee, in planck.
    pub fees: u128,
}

impl<C: Chain> HealKeeper<C> {
    /// A keeper that acts for `signer` where at least `minimum` can be netted.
    pub fn new(suite: Suite<C>, signer: Signer, minimum: Wad) -> Self {
        Self { suite, signer, minimum }
    }

    /// One round.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn step(&self) -> Result<HealReport, KeeperError> {
        let ledger = self.suite.ledger().await?;
        let possible = ledger.surplus.min(ledger.deficit);
        if possible.is_zero() || possible < self.minimum.to_rad() {
            return Ok(HealReport::default());
        }
        let message = vaults::heal();
        let Ok(preview) = self.suite.try_vaults(&self.signer.account(), &message).await? else {
            return Ok(HealReport::default());
        };
        let Some(receipt) = self.suite.send(&self.signer, self.suite.vaults, &message, &preview).await? else {
            return Ok(HealReport::default());
        };
        let event: vaults::Healed = self.suite.vault_event(&receipt)?;
        Ok(HealReport { netted: Some(event.netted), fees: receipt.fee })
    }
}
