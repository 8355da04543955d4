//! The bot of escrows: whatever nobody does, it does.

use std::collections::BTreeMap;

use florin_bindings::{arbitration, escrow};
use florin_client::{chain::DevChain, escrow::sign_approval, governance::keccak};
use florin_keeper::{EscrowAct, EscrowConfig, EscrowKeeper, EscrowReport, EscrowStuck};
use florin_trade::{
    condition::{Comparison, Fact, Node},
    examination::Discrepancies,
    state::Status,
    terms::{Agreement, Checklist, Payment},
};
use florin_units::{Amount, Bps, Seconds, Timestamp};

use super::Outcome;
use crate::{
    harness::{dollars, HarnessError, NATIVE_FEED},
    trade::{whole, Trade, DAY},
};

/// What was done, for which escrows.
fn acts(report: &EscrowReport) -> Vec<(u64, EscrowAct)> {
    report.done.iter().map(|done| (done.escrow, done.act)).collect()
}

/// Paid once a moment has come, the native token is worth a hundred dollars, and the inspector has signed.
fn by_conditions<C>(trade: &Trade<C>, mut agreement: Agreement, moment: Timestamp) -> Agreement {
    agreement.terms.amount = whole(5_000);
    agreement.checklist = Checklist::default();
    let facts = &mut agreement.conditions.facts;
    facts.oracle = trade.world.suite.oracle.0;
    let asked = [
        Fact::After { moment },
        Fact::Oracle {
            feed: NATIVE_FEED,
            comparison: Comparison::AtLeast,
            value: dollars(100).raw(),
            maximum_age: Seconds::from_raw(3 * 3_600),
        },
        Fact::Signature { by: trade.inspector.account().to_address().0 },
    ];
    for (slot, fact) in facts.facts.iter_mut().zip(asked) {
        *slot = Some(fact);
    }
    let nodes = [Node::Fact(0), Node::Fact(1), Node::Fact(2), Node::All(3)];
    for (slot, node) in agreement.conditions.tree.nodes.iter_mut().zip(nodes) {
        *slot = Some(node);
    }
    agreement
}

/// A credit whose documents the buyer has refused, and about which the seller has gone to dispute.
async fn in_dispute<C: DevChain>(trade: &Trade<C>, agreement: &Agreement) -> Result<u64, HarnessError> {
    let id = trade.fund(agreement).await?;
    let named = trade.present(id, agreement.terms.amount, "disputed").await?;
    let notice = escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"short weight"));
    trade.call(&trade.applicant, &notice).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    Ok(id)
}

/// All members of the first panel commit to an award and reveal it. They tell nobody.
async fn speak<C: DevChain>(trade: &Trade<C>, id: u64, award: Amount) -> Result<(), HarnessError> {
    let panel = arbitration::panel(trade.escrow, id, false);
    let panel = trade.world.suite.client.read(trade.arbitration, &panel).await?.expect("a panel");
    let salt = [9; 32];
    for (_, member) in panel.seated() {
        let member = trade.signer_of(member);
        let commitment = trade.commitment(id, false, member, award, salt);
        trade.arbitrate(member, &arbitration::commit(trade.escrow, id, false, commitment)).await?;
    }
    for (_, member) in panel.seated() {
        let reveal = arbitration::reveal(trade.escrow, id, false, award.raw(), salt);
        trade.arbitrate(trade.signer_of(member), &reveal).await?;
    }
    Ok(())
}

/// Forgotten, honoured by silence, accepted, paid by conditions, ruled, and left alone by everybody: of all these
/// escrows only the bot and three arbitrators take any notice. Each is closed, to the unit, and every tip is the bot's.
pub async fn the_keeper_settles_what_is_due<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, client) = (trade.world.suite.token, &trade.world.suite.client);
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);

    let forgotten = trade.fund(&agreement).await?;
    let honoured = trade.fund(&agreement).await?;
    trade.present(honoured, whole(4_000), "lot one").await?;
    let mut at_usance = agreement;
    at_usance.terms.payment = Payment::Usance { tenor: Seconds::from_raw(30 * DAY), sight_share: Bps::ZERO };
    let accepted = trade.fund(&at_usance).await?;
    let named = trade.present(accepted, whole(10_000), "on board").await?;
    trade.call(&trade.applicant, &escrow::accept(accepted, named)).await?;
    let moment = trade.now().await?.after(Seconds::from_raw(2 * 3_600));
    let conditional_agreement = by_conditions(&trade, agreement, moment);
    let conditional = trade.fund(&conditional_agreement).await?;
    let ruled = in_dispute(&trade, &agreement).await?;
    let silent = in_dispute(&trade, &agreement).await?;

    let config = EscrowConfig {
        minimum_tips: BTreeMap::from([(coin, whole(5))]),
        regardless: false,
        arbitration: Some(trade.arbitration),
        escrows_per_step: 100,
    };
    let mut bot = EscrowKeeper::new(client.clone(), trade.escrow, trade.keeper.clone(), config.clone());
    let before = trade.coin_of(&trade.keeper).await?;
    let hash = conditional_agreement.hash(keccak);
    let sign = |id| sign_approval(&trade.inspector, &trade.domain, id, &hash);
    let (inspector, of_another) = sign(ruled);
    bot.supplied().add_signature(conditional, inspector, of_another);
    let nothing = EscrowReport { examined: 6, is_complete: true, ..EscrowReport::default() };
    assert_eq!(bot.step().await?, nothing, "nothing is due yet");

    // The moment has come, and the signature is for another escrow.
    trade.wait_until(moment).await?;
    let report = bot.step().await?;
    assert!(
        matches!(
            report.stuck[..],
            [(id, EscrowAct::Execute, EscrowStuck::Escrow(escrow::Error::Signature(_)))] if id == conditional
        ),
        "{report:?}"
    );
    assert_eq!(report.done, vec![]);
    let (_, right) = sign(conditional);
    // To a bot that asks for more it is not worth the trouble.
    let minimum_tips = BTreeMap::from([(coin, whole(6))]);
    let choosy = EscrowConfig { minimum_tips, arbitration: None, ..config };
    let mut other = EscrowKeeper::new(client.clone(), trade.escrow, trade.financier.clone(), choosy);
    other.supplied().add_signature(conditional, inspector, right.clone());
    let report = other.step().await?;
    assert_eq!(report.unprofitable, vec![(conditional, EscrowAct::Execute, whole(5))]);
    assert_eq!((report.done, report.stuck), (vec![], vec![]));
    bot.supplied().add_signature(conditional, inspector, right);
    let report = bot.step().await?;
    assert_eq!(acts(&report), vec![(conditional, EscrowAct::Execute)]);
    assert!(report.fees > 0);
    let mut tips = vec![report.done[0].tip];

    // The parties make no offers. Panels are called, and drawn once the block has come that decides.
    trade.wait_days(3).await?;
    let call = EscrowAct::CallPanel { is_appeal: false };
    assert_eq!(acts(&bot.step().await?), vec![(ruled, call), (silent, call)]);
    assert_eq!(acts(&bot.step().await?), vec![], "the block is to come");
    for _ in 0..5 {
        trade.world.advance(6).await?;
    }
    let draw = EscrowAct::DrawPanel { is_appeal: false };
    assert_eq!(acts(&bot.step().await?), vec![(ruled, draw), (silent, draw)]);
    speak(&trade, ruled, whole(6_000)).await?;
    assert_eq!(acts(&bot.step().await?), vec![(ruled, EscrowAct::Report { is_appeal: false })]);
    assert_eq!(trade.status(ruled).await?, Status::Ruled);

    // From here on nobody does anything but the bot.
    let mut done = Vec::new();
    for _ in 0..30 {
        trade.wait_days(2).await?;
        let report = bot.step().await?;
        assert_eq!((report.late, &report.stuck, &report.unprofitable), (0, &vec![], &vec![]));
        if !report.done.is_empty() {
            trade.check_books(coin).await?;
        }
        tips.extend(report.done.iter().map(|done| done.tip).filter(|tip| !tip.is_zero()));
        done.extend(acts(&report));
    }
    let expected = [
        (honoured, EscrowAct::Settle),
        (ruled, EscrowAct::Settle),
        (ruled, EscrowAct::Collect),
        // Nobody of this panel has said a word, and the fallback neither.
        (silent, EscrowAct::Close { is_appeal: false }),
        (silent, EscrowAct::Settle),
        (accepted, EscrowAct::Mature { number: 0 }),
        (forgotten, EscrowAct::Settle),
        // The other six thousand go back.
        (honoured, EscrowAct::Settle),
    ];
    assert_eq!(done, expected);
    for id in [forgotten, honoured, accepted, conditional, ruled, silent] {
        assert_eq!(trade.status(id).await?, Status::Closed, "escrow {id}");
        assert_eq!(trade.picture(id).await?.escrow.book.held(), Ok(Amount::ZERO), "escrow {id}");
    }
    assert_eq!(tips, vec![whole(5); 7]);
    let earned = trade.coin_of(&trade.keeper).await?.raw() - before.raw();
    assert_eq!(earned, whole(35).raw());
    // The three who have spoken share the fee.
    let panel = arbitration::panel(trade.escrow, ruled, false);
    let panel = client.read(trade.arbitration, &panel).await?.expect("a panel");
    for (_, member) in panel.seated() {
        let claim = arbitration::claim_of(coin, member.into());
        assert_eq!(client.read(trade.arbitration, &claim).await?, whole(100));
    }
    trade.check_books(coin).await?;
    let nothing = EscrowReport { is_complete: true, ..EscrowReport::default() };
    assert_eq!(bot.step().await?, nothing, "what is over is not looked at again");
    Ok(())
}
