//! Messages that pay in: the contract pulls what is due, and what it has to be allowed is approved in the same
//! transaction.

use std::fmt::Debug;

use florin_bindings::Message;
use florin_client::chain::{Address, Chain};
use florin_units::{Amount, U256};
use parity_scale_codec::Decode;

use crate::{
    amount::Unit,
    erc20,
    error::CliError,
    record::Record,
    refusal::Explain,
    send::{self, Approval, Offered},
    session::Session,
    words::Names,
};

/// What a message takes in.
pub(crate) struct Payment {
    /// The token.
    pub(crate) asset: Address,
    /// How much.
    pub(crate) amount: Amount,
    /// What it is counted in.
    pub(crate) unit: Unit,
}

/// Tries, shows, confirms and sends a message to a contract (with its name) that takes a payment in. Exactly the
/// payment is allowed, where less is; `lacks` recognises the refusal for want of an allowance.
///
/// # Errors
/// The account holds less than the payment; those of [`send::call`].
pub(crate) async fn paying<T: Decode, E: Explain + Debug + Decode>(
    session: &Session,
    (name, contract): (&str, Address),
    payment: Payment,
    message: &Message<T, E>,
    lacks: impl Fn(&E) -> bool,
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let signer = session.settings.signer()?;
    let account = signer.account();
    let owner = account.to_address();
    let Payment { asset, amount, unit } = payment;
    let units = session.units(Some(unit.clone()));
    if amount.is_zero() {
        return send::call(session, &signer, contract, 0, message, &units, heading, preview).await;
    }
    let needed = U256::from(amount.raw());
    let held = erc20::balance_of(session, &asset, &owner).await?;
    let Some(rest) = held.checked_sub(needed) else {
        if !session.chain().is_mapped(&account).await? {
            return Err(CliError::NotMapped { account });
        }
        let available = u128::try_from(held).unwrap_or(u128::MAX);
        return Err(CliError::InsufficientAsset { account: owner, required: amount.raw(), available, unit });
    };
    let names = Names::new(session.book().ok().as_ref());
    let preview = Record::new()
        .amount("pays_in", "you pay in", amount.raw(), &unit)
        .asset("asset", "asset", &asset, &unit, &names)
        .wide_amount("balance_after", "your balance after", rest, &unit)
        .and(preview);
    let allowed = erc20::allowance(session, &asset, &owner, &contract).await?;
    if allowed >= needed {
        return send::call(session, &signer, contract, 0, message, &units, heading, preview).await;
    }
    let approval = Approval::of_erc20(asset, &contract, amount.raw(), unit).by(name);
    let prepared = send::prepare_with_approval(session, &account, approval, contract, message, &units, lacks).await?;
    send::offer(session, &signer, heading, preview, prepared).await
}
