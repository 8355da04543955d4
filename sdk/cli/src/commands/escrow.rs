//! `florin escrow`: credits of cross-border trade, from their terms to the last of the money.

mod claim;
mod consent;
mod dispute;
mod due;
mod examine;
mod fund;
mod keep;
mod present;
mod proceeds;
mod show;
mod sign;
mod subject;
mod terms;

use crate::{
    arguments::{AmendCommand, DivideCommand, EscrowCommand, RedirectCommand},
    error::CliError,
    output::Answer,
    session::{Session, Settings},
};
pub(crate) use subject::{events, lacks_allowance, paid, venue, Paid, Subject, ESCROW};

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &EscrowCommand) -> Result<Answer, CliError> {
    if let EscrowCommand::Template { name } = command {
        return Ok(terms::template(*name));
    }
    let session = &settings.connect().await?;
    match command {
        EscrowCommand::Template { name } => Ok(terms::template(*name)),
        EscrowCommand::Draft(arguments) => terms::draft(session, arguments).await,
        EscrowCommand::Terms { what } => terms::show(session, what).await,
        EscrowCommand::Sign { what, terms, wallet } => sign::sign(session, what, terms.as_deref(), wallet).await,
        EscrowCommand::Decline { escrow } => sign::decline(session, *escrow).await,
        EscrowCommand::Fund { escrow, terms } => fund::fund(session, *escrow, terms.as_deref()).await,
        EscrowCommand::Present(arguments) => present::present(session, arguments, false).await,
        EscrowCommand::Cure(arguments) => present::present(session, arguments, true).await,
        EscrowCommand::Examine { escrow } => examine::examine(session, *escrow).await,
        EscrowCommand::Accept { escrow } => examine::accept(session, *escrow).await,
        EscrowCommand::Notice { escrow, discrepancies, reasons } => {
            examine::notice(session, *escrow, discrepancies, reasons).await
        }
        EscrowCommand::Waive { escrow } => examine::waive(session, *escrow).await,
        EscrowCommand::Settle { escrow } => due::settle(session, *escrow).await,
        EscrowCommand::Mature { escrow, number } => due::mature(session, *escrow, *number).await,
        EscrowCommand::Execute { escrow, signatures, preimages } => {
            due::execute(session, *escrow, signatures, preimages).await
        }
        EscrowCommand::Attest { escrow, out, wallet } => due::attest(session, *escrow, out.as_deref(), wallet).await,
        EscrowCommand::Amend(command) => amend(session, command).await,
        EscrowCommand::Divide(command) => divide(session, command).await,
        EscrowCommand::Assign { escrow, to, share } => proceeds::assign(session, *escrow, to, share).await,
        EscrowCommand::PassOn { escrow, place, to } => proceeds::pass_on(session, *escrow, *place, to).await,
        EscrowCommand::Order(arguments) => proceeds::order(session, arguments).await,
        EscrowCommand::CancelOrder { escrow } => proceeds::cancel_order(session, *escrow).await,
        EscrowCommand::Quote(arguments) => proceeds::quote(session, arguments).await,
        EscrowCommand::ShowQuote { quote } => proceeds::show_quote(session, *quote).await,
        EscrowCommand::WithdrawQuote { quote } => proceeds::withdraw_quote(session, *quote).await,
        EscrowCommand::Keep(arguments) => Box::pin(keep::keep(session, arguments)).await,
        EscrowCommand::Surrender { title } => super::title::surrender(session, title).await,
        EscrowCommand::DeliverTitle { escrow, document, issuer } => {
            due::deliver_title(session, *escrow, document, issuer.as_deref()).await
        }
        EscrowCommand::Dispute { escrow } => dispute::raise(session, *escrow).await,
        EscrowCommand::Offer { escrow, amount } => dispute::offer(session, *escrow, amount).await,
        EscrowCommand::TakeOffer { escrow, amount } => dispute::take_offer(session, *escrow, amount).await,
        EscrowCommand::Appeal { escrow } => dispute::appeal(session, *escrow).await,
        EscrowCommand::Rule { escrow, amount } => dispute::rule(session, *escrow, amount).await,
        EscrowCommand::CollectFee { escrow } => dispute::collect_fee(session, *escrow).await,
        EscrowCommand::Claim(arguments) => claim::claim(session, arguments).await,
        EscrowCommand::Redirect(RedirectCommand::Sign(arguments)) => claim::sign(session, arguments).await,
        EscrowCommand::Redirect(RedirectCommand::Send { file }) => claim::send(session, file).await,
        EscrowCommand::Show { escrow } => show::show(session, *escrow).await,
        EscrowCommand::List { mine, status, from, count } => {
            show::list(session, *mine, status.as_deref(), *from, *count).await
        }
    }
}

async fn amend(session: &Session, command: &AmendCommand) -> Result<Answer, CliError> {
    match command {
        AmendCommand::Propose { escrow, terms, out, valid_for } => {
            consent::propose_amendment(session, *escrow, terms, out, valid_for).await
        }
        AmendCommand::Send { file } => consent::send_amendment(session, file).await,
    }
}

async fn divide(session: &Session, command: &DivideCommand) -> Result<Answer, CliError> {
    match command {
        DivideCommand::Propose { escrow, amount, out, valid_for } => {
            consent::propose_division(session, *escrow, amount, out, valid_for).await
        }
        DivideCommand::Send { file } => consent::send_division(session, file).await,
    }
}
