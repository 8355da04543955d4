//! `florin arbitration`: pools of arbitrators, panels, what they commit to and reveal, stakes and fees.

mod award;
mod case;
mod pool;
mod seat;

use florin_bindings::{
    arbitration::{self, Error},
    Message,
};
use florin_client::chain::Address;
use florin_units::Amount;
use parity_scale_codec::Decode;

use crate::{
    amount::Unit,
    arguments::{ArbitrationCommand, PoolCommand},
    commands::vault::event,
    erc20,
    error::CliError,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::{self, Offered},
    session::{Session, Settings},
    words::Names,
};

/// Name of the arbitration contract in the address book.
pub(crate) const ARBITRATION: &str = "arbitration";

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &ArbitrationCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let panels = Panels::open(session).await?;
    match command {
        ArbitrationCommand::Pool(PoolCommand::Make { members }) => pool::make(&panels, members).await,
        ArbitrationCommand::Pool(PoolCommand::Show { pool }) => pool::show(&panels, *pool).await,
        ArbitrationCommand::Call { case } => case::call(&panels, case).await,
        ArbitrationCommand::Draw { case } => case::draw(&panels, case).await,
        ArbitrationCommand::Commit { case, award, out } => award::commit(&panels, case, award, out).await,
        ArbitrationCommand::Reveal { file } => award::reveal(&panels, file).await,
        ArbitrationCommand::Report { case } => case::report(&panels, case).await,
        ArbitrationCommand::Close { case } => case::close(&panels, case).await,
        ArbitrationCommand::Collect { escrow, court } => case::collect(&panels, *escrow, court).await,
        ArbitrationCommand::Claim { asset, to } => claim(&panels, asset, to.as_deref()).await,
        ArbitrationCommand::Join { stake } => pool::join(&panels, stake).await,
        ArbitrationCommand::Withdraw { amount } => pool::withdraw(&panels, amount).await,
        ArbitrationCommand::Leave => pool::leave(&panels).await,
        ArbitrationCommand::Seats { from, count } => seat::seats(&panels, *from, *count).await,
        ArbitrationCommand::Show { case } => case::show(&panels, case).await,
    }
}

/// The arbitration contract of the suite.
struct Panels<'a> {
    session: &'a Session,
    contract: Address,
    names: Names,
}

impl<'a> Panels<'a> {
    async fn open(session: &'a Session) -> Result<Self, CliError> {
        let contract = session.contract(ARBITRATION).await?;
        Ok(Self { session, contract, names: Names::new(session.book().ok().as_ref()) })
    }

    /// The account that acts.
    fn me(&self) -> Result<Address, CliError> {
        Ok(self.session.settings.signer()?.account().to_address())
    }

    /// A refusal, amounts in a unit.
    fn refused(&self, error: &Error, unit: Option<&Unit>) -> CliError {
        error.explain(&self.session.units(unit.cloned())).into()
    }

    /// Tries, shows, confirms and sends a message; amounts of a refusal are in a unit.
    async fn offer<T: Decode>(
        &self,
        message: &Message<T, Error>,
        unit: Option<&Unit>,
        heading: &str,
        preview: Record,
    ) -> Result<Offered, CliError> {
        let signer = self.session.settings.signer()?;
        let units = self.session.units(unit.cloned());
        send::call(self.session, &signer, self.contract, 0, message, &units, heading, preview).await
    }
}

/// `florin arbitration claim`.
async fn claim(panels: &Panels<'_>, asset: &str, to: Option<&str>) -> Result<Answer, CliError> {
    let session = panels.session;
    let (asset, me) = (session.party(asset)?.address, panels.me()?);
    let to = session.party_or_me(to)?.address;
    let unit = erc20::asset(session, &asset).await?;
    let owed: Amount = session.client.read(panels.contract, &arbitration::claim_of(asset, me)).await?;
    let preview = Record::new()
        .asset("asset", "asset", &asset, &unit, &panels.names)
        .amount("amount", "amount", owed.raw(), &unit)
        .person("to", "paid to", &to, &panels.names);
    let message = arbitration::claim(asset, to);
    match panels.offer(&message, Some(&unit), "Have what was earned paid", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::Claimed = event(&sent.receipt, panels.contract)?;
            let result = Record::new()
                .asset("asset", "asset", &told.asset, &unit, &panels.names)
                .amount("amount", "amount", told.amount.raw(), &unit)
                .person("to", "paid to", &told.to, &panels.names);
            Ok(sent.answer("Paid", &result))
        }
    }
}
