//! What owners do with a position: open, deposit, withdraw, draw, repay, close.

use florin_bindings::{shared::CoinError, token, vaults, Message};
use florin_client::{
    chain::{Address, Chain},
    signer::Signer,
};
use florin_stable::{
    collateral::Asset,
    quote::{
        maximum_draw, maximum_withdrawal, preview_close, preview_deposit, preview_draw, preview_open, preview_repay,
        preview_withdraw,
    },
    VaultError,
};
use florin_units::{Amount, MathError, Seconds, Timestamp, Wad, U256};
use parity_scale_codec::Decode;

use super::facts::{self, Collateral, Loaded};
use crate::{
    amount::Unit,
    erc20,
    error::CliError,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::{self, Approval, Offered},
    session::Session,
};

/// What stands for as much as possible.
const MOST: &str = "max";
/// What stands for the whole debt.
const ALL: &str = "all";
/// How long a transaction may wait for its block while fees go on: what is computed to the limit keeps so much distance, and
/// what has to be allowed includes so much fee.
const PATIENCE: Seconds = Seconds::from_raw(600);

/// Collateral that comes with a call.
struct Deposit {
    amount: Amount,
    /// Native tokens to send, in planck.
    value: u128,
    /// The token to be pulled, where it is one.
    token: Option<Address>,
}

impl Deposit {
    fn parse(session: &Session, collateral: &Collateral, text: &str) -> Result<Self, CliError> {
        match collateral.kind.params.asset {
            Asset::Native => {
                let value = session.native().parse(text)?;
                let amount = value.checked_mul(session.info.native_to_contract_ratio);
                let too_large = || VaultError::Math(MathError::Overflow).explain(&collateral.units(session));
                let amount = Amount::from_raw(amount.ok_or_else(too_large)?);
                Ok(Self { amount, value, token: None })
            }
            Asset::Erc20(token) => {
                let amount = Amount::from_raw(collateral.unit.parse(text)?);
                Ok(Self { amount, value: 0, token: Some(token.into()) })
            }
        }
    }
}

/// `florin vault open`.
pub(super) async fn open(
    session: &Session,
    deposit: &str,
    draw: Option<&str>,
    collateral_type: u32,
) -> Result<Answer, CliError> {
    let vaults = session.contract("vaults").await?;
    let collateral = Collateral::load(session, vaults, collateral_type).await?;
    let deposit = Deposit::parse(session, &collateral, deposit)?;
    let debt = Wad::from_raw(draw.map_or(Ok(0), |text| Unit::coin().parse(text))?);
    let ledger = session.client.read(vaults, &vaults::ledger()).await?;
    let signer = session.settings.signer()?;
    let owner = signer.account().to_address();
    let now = session.now().await?;
    let units = collateral.units(session);
    let after = preview_open(&collateral.kind, &ledger, owner.0, collateral_type, deposit.amount, debt, now)
        .map_err(|error| error.explain(&units))?;
    let preview = facts::preview(None, None, &after, &collateral).map_err(|error| error.explain(&units))?;
    let message = vaults::open(collateral_type, deposit.amount, debt);
    let offered =
        with_collateral(session, &signer, vaults, &collateral, &deposit, &message, "Open a position", preview).await?;
    changed(offered, "Position opened", vaults, &collateral)
}

/// `florin vault deposit`.
pub(super) async fn deposit(session: &Session, position: u64, amount: &str) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    let collateral = &loaded.collateral;
    let deposit = Deposit::parse(session, collateral, amount)?;
    let after = preview_deposit(&loaded.view, deposit.amount, loaded.now);
    let after = after.map_err(|error| loaded.refused(session, error))?;
    let preview = previewed(session, &loaded, &after)?;
    let signer = session.settings.signer()?;
    let message = vaults::deposit(position, deposit.amount);
    let heading = "Deposit collateral";
    let offered =
        with_collateral(session, &signer, loaded.vaults, collateral, &deposit, &message, heading, preview).await?;
    changed(offered, "Deposited", loaded.vaults, collateral)
}

/// `florin vault withdraw`.
pub(super) async fn withdraw(session: &Session, position: u64, amount: &str) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    let collateral = &loaded.collateral;
    let amount = if amount.eq_ignore_ascii_case(MOST) {
        let most = [loaded.now.after(PATIENCE), loaded.now].map(|at| maximum_withdrawal(&loaded.view, at));
        // Where nothing can be withdrawn the preview says why.
        most.into_iter().find(|amount| !amount.is_zero()).unwrap_or(Amount::from_raw(1))
    } else {
        Amount::from_raw(collateral.unit.parse(amount)?)
    };
    let after = preview_withdraw(&loaded.view, amount, loaded.now);
    let after = after.map_err(|error| loaded.refused(session, error))?;
    let preview = previewed(session, &loaded, &after)?;
    let message = vaults::withdraw(position, amount);
    plain(session, &loaded, &message, "Withdraw collateral", "Withdrawn", preview).await
}

/// `florin vault draw`.
pub(super) async fn draw(session: &Session, position: u64, amount: &str) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    let amount = if amount.eq_ignore_ascii_case(MOST) {
        let most = [loaded.now.after(PATIENCE), loaded.now].map(|at| maximum_draw(&loaded.view, at));
        // Where nothing can be drawn the preview says why.
        most.into_iter().find(|amount| !amount.is_zero()).unwrap_or(loaded.view.kind.params.debt_floor)
    } else {
        Wad::from_raw(Unit::coin().parse(amount)?)
    };
    let after = preview_draw(&loaded.view, amount, loaded.now);
    let after = after.map_err(|error| loaded.refused(session, error))?;
    let preview = Record::new().amount("drawn", "coin to you", amount.raw(), &Unit::coin());
    let preview = preview.and(previewed(session, &loaded, &after)?);
    let message = vaults::draw(position, amount);
    plain(session, &loaded, &message, "Draw coin", "Drawn", preview).await
}

/// `florin vault repay`.
pub(super) async fn repay(session: &Session, position: u64, amount: &str) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    // More than the debt counts as the debt, so the largest amount is all of it whenever it is paid.
    let all = amount.eq_ignore_ascii_case(ALL);
    let amount = if all { Wad::MAX } else { Wad::from_raw(Unit::coin().parse(amount)?) };
    let after = preview_repay(&loaded.view, amount, loaded.now);
    let after = after.map_err(|error| loaded.refused(session, error))?;
    let burned = after.outcome.transfers.burn.map_or(Wad::ZERO, |burn| burn.amount);
    let needed = needed_at(&loaded, amount, loaded.now.after(PATIENCE)).unwrap_or(burned);
    let preview = Record::new().amount("burned", "coin to burn", burned.raw(), &Unit::coin());
    let preview = preview.and(previewed(session, &loaded, &after)?);
    let message = vaults::repay(position, amount);
    let (heading, done) = ("Repay debt", "Repaid");
    let offered = with_coin(session, &loaded, &message, (burned, needed), heading, preview).await?;
    changed(offered, done, loaded.vaults, &loaded.collateral)
}

/// `florin vault close`.
pub(super) async fn close(session: &Session, position: u64) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    let after = preview_close(&loaded.view, loaded.now).map_err(|error| loaded.refused(session, error))?;
    let burned = after.outcome.transfers.burn.map_or(Wad::ZERO, |burn| burn.amount);
    let returned = after.outcome.transfers.collateral_out.map_or(Amount::ZERO, |out| out.amount);
    let needed = needed_at(&loaded, Wad::MAX, loaded.now.after(PATIENCE)).unwrap_or(burned);
    let preview = Record::new()
        .amount("burned", "coin to burn", burned.raw(), &Unit::coin())
        .amount("returned", "collateral to you", returned.raw(), &loaded.collateral.unit)
        .and(previewed(session, &loaded, &after)?);
    let message = vaults::close(position);
    let offered = with_coin(session, &loaded, &message, (burned, needed), "Close the position", preview).await?;
    changed(offered, "Position closed", loaded.vaults, &loaded.collateral)
}

/// Coin that a repayment burns when it is made at a later time.
fn needed_at(loaded: &Loaded, amount: Wad, at: Timestamp) -> Option<Wad> {
    let outcome = preview_repay(&loaded.view, amount, at).ok()?.outcome;
    outcome.transfers.burn.map(|burn| burn.amount)
}

fn previewed(
    session: &Session,
    loaded: &Loaded,
    after: &florin_stable::quote::PositionPreview,
) -> Result<Record, CliError> {
    facts::preview(Some(loaded.id), Some((&loaded.view, loaded.now)), after, &loaded.collateral)
        .map_err(|error| loaded.refused(session, error))
}

/// Sends a message that needs nothing besides.
async fn plain<T: Decode>(
    session: &Session,
    loaded: &Loaded,
    message: &Message<T, vaults::Error>,
    heading: &str,
    done: &str,
    preview: Record,
) -> Result<Answer, CliError> {
    let signer = session.settings.signer()?;
    let units = loaded.collateral.units(session);
    let offered = send::call(session, &signer, loaded.vaults, 0, message, &units, heading, preview).await?;
    changed(offered, done, loaded.vaults, &loaded.collateral)
}

/// Sends a message that takes collateral: native tokens come with it, other ones have to be allowed.
#[allow(clippy::too_many_arguments)]
async fn with_collateral<T: Decode>(
    session: &Session,
    signer: &Signer,
    vaults: Address,
    collateral: &Collateral,
    deposit: &Deposit,
    message: &Message<T, vaults::Error>,
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let units = collateral.units(session);
    let preview =
        Record::new().amount("deposited", "collateral from you", deposit.amount.raw(), &collateral.unit).and(preview);
    if let Some(token) = deposit.token {
        let account = signer.account();
        if !session.chain().is_mapped(&account).await? {
            return Err(CliError::NotMapped { account });
        }
        let owner = signer.account().to_address();
        let allowed = erc20::allowance(session, &token, &owner, &vaults).await?;
        let held = erc20::balance_of(session, &token, &owner).await?;
        let enough = held >= U256::from(deposit.amount.raw());
        // Where there is not enough the trial says so, with or without the allowance.
        if enough && allowed < U256::from(deposit.amount.raw()) {
            let approval = Approval::of_erc20(token, &vaults, deposit.amount.raw(), collateral.unit.clone());
            let lacks = |error: &vaults::Error| matches!(error, vaults::Error::CollateralTransferFailed { .. });
            let prepared =
                send::prepare_with_approval(session, &signer.account(), approval, vaults, message, &units, lacks)
                    .await?;
            return send::offer(session, signer, heading, preview, prepared).await;
        }
    }
    send::call(session, signer, vaults, deposit.value, message, &units, heading, preview).await
}

/// Sends a message that burns coin: `burned` now, at most `needed` by the time that a block has it.
pub(super) async fn with_coin<T: Decode>(
    session: &Session,
    loaded: &Loaded,
    message: &Message<T, vaults::Error>,
    (burned, needed): (Wad, Wad),
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let signer = session.settings.signer()?;
    let units = loaded.collateral.units(session);
    let vaults = loaded.vaults;
    if burned.is_zero() {
        return send::call(session, &signer, vaults, 0, message, &units, heading, preview).await;
    }
    let coin = session.contract("token").await?;
    let owner = signer.account().to_address();
    let held = session.client.read(coin, &token::balance_of(owner)).await?;
    if held < U256::from(burned.raw()) {
        let available = u128::try_from(held).unwrap_or(u128::MAX);
        return Err(CliError::InsufficientCoin { account: owner, required: burned.raw(), available });
    }
    let allowed = session.client.read(coin, &token::allowance(owner, vaults)).await?;
    if allowed >= U256::from(needed.raw()) {
        return send::call(session, &signer, vaults, 0, message, &units, heading, preview).await;
    }
    let approval = Approval::of_coin(coin, vaults, needed.raw());
    let lacks = |error: &vaults::Error| matches!(error, vaults::Error::Coin(CoinError::InsufficientAllowance { .. }));
    let account = signer.account();
    let prepared = send::prepare_with_approval(session, &account, approval, vaults, message, &units, lacks).await?;
    send::offer(session, &signer, heading, preview, prepared).await
}

/// The answer of a command that changed a position.
fn changed(offered: Offered, done: &str, vaults: Address, collateral: &Collateral) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => Ok(sent.answer(done, &facts::changed(&sent.receipt, vaults, collateral)?)),
    }
}
