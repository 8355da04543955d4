//! `florin escrow fund`.

use std::path::Path;

use florin_bindings::escrow;
use florin_client::chain::Address;
use florin_trade::{Command, EscrowId};
use florin_trader::terms_file::TermsFile;

use super::{
    terms::{check_hash, in_full},
    Subject,
};
use crate::{erc20, error::CliError, output::Answer, session::Session, words::trade::Aliases};

/// `florin escrow fund`.
pub(super) async fn fund(session: &Session, id: EscrowId, meant: Option<&Path>) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let agreement = subject.escrow().agreement;
    if let Some(path) = meant {
        check_hash(path, &TermsFile::read(path, &Aliases::new(session))?.hash(), &agreement)?;
    }
    let terms = subject.terms();
    let rules = subject.agreement().dispute;
    let due = subject.sum(session, terms.paid_in(&rules))?;
    let asset = Address::from(terms.asset.token);
    let settings = session.client.read(subject.contract, &escrow::fee_settings()).await?;
    settings.check_open().map_err(|error| subject.refused(session, &error))?;
    let minimum = session.client.read(subject.contract, &escrow::asset(asset)).await?;
    let snapshot = settings.snapshot(minimum.map(|(_, minimum)| minimum).unwrap_or_default());
    let decimals = erc20::decimals(session, &asset).await?;
    let me = session.settings.signer()?.account().to_address();
    let command = Command::Fund { agreement, rules: &rules, received: due, snapshot, decimals };
    let (_, then) = subject.foresee(session, &command, me)?;
    // Whoever pays in cannot take it back: what it is for is shown as completely as to who signs.
    let preview = subject.preview().and(in_full(session, subject.contract, &subject.file()).await?).and(then);
    let offered = subject.offer_paying(session, due, &escrow::fund(id, agreement), "Pay a credit in", preview).await?;
    subject.moved(offered, "Paid in")
}
