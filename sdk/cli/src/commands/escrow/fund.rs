//! `florin escrow fund`.

use std::path::Path;

use florin_bindings::escrow;
use florin_client::chain::Address;
use florin_trade::{Command, EscrowId};
use florin_trader::{hash, terms_file::TermsFile};

use super::{
    terms::{check_hash, pool},
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
    let limit = subject.sum(session, terms.limit())?;
    let asset = Address::from(terms.asset.token);
    let settings = session.client.read(subject.contract, &escrow::fee_settings()).await?;
    settings.check_open().map_err(|error| subject.refused(session, &error))?;
    let minimum = session.client.read(subject.contract, &escrow::asset(asset)).await?;
    let snapshot = settings.snapshot(minimum.map(|(_, minimum)| minimum).unwrap_or_default());
    let decimals = erc20::decimals(session, &asset).await?;
    let me = session.settings.signer()?.account().to_address();
    let command = Command::Fund { agreement, received: limit, snapshot, decimals };
    let (_, then) = subject.foresee(session, &command, me)?;
    let (pool, _) = pool(session, &subject.agreement().dispute).await?;
    let preview = subject
        .preview()
        .text("agreement", "agreement", hash::format(&agreement))
        .amount("amount", "credit", terms.amount.raw(), &subject.unit)
        .amount("limit", "most that can be drawn", limit.raw(), &subject.unit)
        .ratio("fee", "fee of the protocol now", settings.fee.raw())
        .ratio("maximum_fee", "highest fee accepted", terms.maximum_fee.raw())
        .moment("expiry", "expires", terms.expiry.raw())
        .moment("t_max", "all money out by", subject.picture.t_max().raw())
        .and(pool)
        .and(then);
    let offered =
        subject.offer_paying(session, limit, &escrow::fund(id, agreement), "Pay a credit in", preview).await?;
    subject.moved(offered, "Paid in")
}
