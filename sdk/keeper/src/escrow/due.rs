//! What is due for an escrow: told by the rules themselves, on the chain's records. Whether a message would pass is
//! asked of the function by which the contract decides about it.

use florin_client::escrow::Picture;
use florin_panels::{
    award::Seats,
    case::{Case, Message},
    Moment,
};
use florin_trade::{
    condition::Evidence, decide, decision::Screening, dispute::hearing, ledger::Purpose, state::Status,
    terms::Agreement, Address, Command, Context, EscrowError, Outcome,
};
use florin_units::{Amount, Timestamp};

/// Something that anybody may have done for an escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EscrowAct {
    /// What is due by time: honour, refund, division, release.
    Settle,
    /// An acceptance that has matured is paid.
    Mature {
        /// Its number.
        number: u8,
    },
    /// The credit is paid because its conditions hold.
    Execute,
    /// A panel is called for the dispute.
    CallPanel {
        /// Whether it is the appeal panel.
        is_appeal: bool,
    },
    /// The panel that was called is drawn.
    DrawPanel {
        /// Whether it is the appeal panel.
        is_appeal: bool,
    },
    /// The escrow is told what the panel has revealed.
    Report {
        /// Whether it is the appeal panel.
        is_appeal: bool,
    },
    /// A case of which the escrow was told nothing in time is ended, and its stakes are free.
    Close {
        /// Whether it is the appeal panel.
        is_appeal: bool,
    },
    /// The escrow pays those who have ruled.
    Collect,
}

/// An act that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The act.
    pub act: EscrowAct,
    /// The tip that it earns, or why the rules refuse it although it is due.
    pub tip: Result<Amount, EscrowError>,
}

/// A panel's case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The case.
    pub case: Case,
    /// Who sits, and what they have revealed; empty as long as the court cannot be told.
    pub seats: Seats,
}

/// What the arbitration contract knows of an escrow's dispute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// The first panel's case.
    pub first: Option<Heard>,
    /// The appeal panel's.
    pub appeal: Option<Heard>,
    /// What the escrow owes the arbitration contract.
    pub fee: Amount,
}

impl Cases {
    /// The panels with what is known of their cases.
    fn panels(&self) -> [(bool, Option<&Heard>); 2] {
        [(false, self.first.as_ref()), (true, self.appeal.as_ref())]
    }

    /// Whether both panels have ended, and their fee was collected.
    fn are_over(&self, now: Moment) -> bool {
        let has_ended = |heard: &Heard| heard.case.check(Message::Collect, now).is_ok();
        self.fee.is_zero() && self.panels().into_iter().filter_map(|(_, heard)| heard).all(has_ended)
    }
}

/// What the rules of escrows let `keeper` do now, and what each act would earn it. `evidence` is what it could bring
/// for conditions.
pub fn due(picture: &Picture, evidence: &Evidence, keeper: Address, now: Timestamp) -> Vec<Due> {
    let Agreement { checklist, conditions, .. } = &picture.agreement;
    let mut commands = vec![(EscrowAct::Settle, Command::Settle)];
    commands.extend((0u8..).zip(&picture.acceptances).map(|(number, acceptance)| {
        (EscrowAct::Mature { number }, Command::Mature { number, acceptance: *acceptance })
    }));
    commands.push((EscrowAct::Execute, Command::Execute { conditions, checklist, evidence }));
    let (view, context) = (picture.view(), Context { caller: keeper, now, screening: Screening::Clear });
    let judged = commands.into_iter().filter_map(|(act, command)| match decide(&view, &command, &context) {
        Ok(outcome) => Some(Due { act, tip: Ok(tip_of(&outcome)) }),
        Err(error) if is_not_due(&error) => None,
        Err(error) => Some(Due { act, tip: Err(error) }),
    });
    judged.collect()
}

/// What the rules of escrows and of panels let anybody do for the dispute of an escrow now. None of it earns anything.
pub fn due_in_arbitration(picture: &Picture, cases: &Cases, now: Moment) -> Vec<EscrowAct> {
    let (view, rules) = (picture.view(), &picture.agreement.dispute);
    let hearing = hearing(&view, rules, now.time);
    let context = Context { caller: rules.arbitration, now: now.time, screening: Screening::Clear };
    let mut acts = Vec::new();
    for (is_appeal, heard) in cases.panels() {
        let case = heard.map(|heard| &heard.case);
        if let Some(hearing) = hearing.filter(|hearing| hearing.is_appeal == is_appeal) {
            if Case::call(case, hearing, now).is_ok() {
                acts.push(EscrowAct::CallPanel { is_appeal });
            }
            if case.is_some_and(|case| case.draw(&hearing, now).is_ok()) {
                acts.push(EscrowAct::DrawPanel { is_appeal });
            }
        }
        let Some(Heard { case, seats }) = heard else { continue };
        // What was awarded in another dispute of this escrow says nothing about this one.
        let is_reportable = hearing.is_some_and(|hearing| case.report(&hearing, now).is_ok());
        let rule = Command::Rule { rules, seats };
        if is_reportable && decide(&view, &rule, &context).is_ok() {
            acts.push(EscrowAct::Report { is_appeal });
        }
        if case.close(now).is_ok() {
            acts.push(EscrowAct::Close { is_appeal });
        }
    }
    let appeal = cases.appeal.as_ref().map(|heard| &heard.case);
    if cases.first.is_some_and(|heard| heard.case.collect(appeal, cases.fee, now).is_ok()) {
        acts.push(EscrowAct::Collect);
    }
    acts
}

/// Whether nothing can ever be due again: all money is out and arbitration has ended, or the credit can no longer be
/// funded. `cases` is none where the escrow's disputes are nobody's business here.
pub fn is_over(picture: &Picture, cases: Option<&Cases>, now: Moment) -> bool {
    match picture.status(now.time) {
        Status::Closed => cases.is_none_or(|cases| cases.are_over(now)),
        Status::Draft | Status::Signed => now.time >= picture.agreement.terms.expiry,
        _ => false,
    }
}

/// What the caller earns; one message pays one tip at most.
fn tip_of(outcome: &Outcome) -> Amount {
    let tip = outcome.payouts.iter().find(|payout| payout.purpose == Purpose::Tip);
    tip.map_or(Amount::ZERO, |payout| payout.amount)
}

/// Whether a refusal says no more than that it is too early, too late, or done.
fn is_not_due(error: &EscrowError) -> bool {
    matches!(
        error,
        EscrowError::NotAllowed { .. }
            | EscrowError::NotMature { .. }
            | EscrowError::AlreadyPaid { .. }
            | EscrowError::Condition(_)
            | EscrowError::ConditionsNotMet
            | EscrowError::ZeroAmount
    )
}

#[cfg(test)]
pub(in crate::escrow) mod tests {
    use std::collections::BTreeSet;

    use florin_panels::case::Stage as CaseStage;
    use florin_trade::{
        calendar::Calendar,
        condition::{Comparison, Conditions, Fact, Node, Reading},
        dispute::{Appeal, Dispute, DisputeTerms, Ruling, Seat},
        drawing::Acceptance,
        examination::{Discrepancies, Presentation},
        fee::Snapshot,
        ledger::Book,
        right::Receivable,
        state::{Escrow, Phase, Stage},
        terms::{
            Asset, Checklist, DocumentKind, Examination, Party, Payment, RequiredDocument, Retention, Terms, Tolerance,
        },
    };
    use florin_units::{Bps, Seconds};

    use super::*;

    const DAY: u64 = 86_400;
    const APPLICANT: Address = [1; 20];
    const BENEFICIARY: Address = [2; 20];
    const ARBITRATION: Address = [5; 20];
    const FALLBACK: Address = [6; 20];
    const KEEPER: Address = [8; 20];
    /// The block of every moment.
    const BLOCK: u32 = 1_000;

    pub(in crate::escrow) fn at(day: u64) -> Timestamp {
        Timestamp::from_raw(day * DAY)
    }

    fn days(days: u64) -> Seconds {
        Seconds::from_raw(days * DAY)
    }

    fn amount(raw: u128) -> Amount {
        Amount::from_raw(raw)
    }

    fn moment(time: Timestamp) -> Moment {
        Moment { block: BLOCK, time }
    }

    /// A thousand units until day sixty, a tip of five.
    pub(in crate::escrow) fn agreement() -> Agreement {
        let mut checklist = Checklist::default();
        checklist.documents[0] = Some(RequiredDocument { kind: DocumentKind::Invoice, issuer: BENEFICIARY });
        Agreement {
            terms: Terms {
                applicant: APPLICANT,
                beneficiary: BENEFICIARY,
                confirmer: None,
                asset: Asset { token: [11; 20], decimals: 6 },
                amount: amount(1_000),
                tolerance: Tolerance::default(),
                partial_drawings: true,
                payment: Payment::Sight,
                latest_shipment: at(30),
                expiry: at(60),
                presentation_period: days(21),
                examination: Examination { working_days: 5, limit: days(14) },
                response: days(7),
                retention: None,
                default_split: Bps::from_raw(5_000),
                maximum_fee: Bps::from_raw(100),
                tip: amount(5),
                title: None,
                compliance: None,
                details: [0; 32],
            },
            checklist,
            dispute: DisputeTerms {
                arbitration: ARBITRATION,
                fallback: FALLBACK,
                pool: 1,
                panel: 3,
                offers: 3,
                offer_window: days(5),
                panel_window: days(14),
                appeal_window: days(7),
                appeal_panel_window: days(20),
                fallback_window: days(10),
                bond: amount(100),
                fee: amount(30),
                appeal_bond: amount(200),
                appeal_fee: amount(70),
                reserve: amount(0),
            },
            conditions: Conditions::default(),
            calendar: Calendar::without_holidays(0, 0),
        }
    }

    /// What is available, presented, accepted, retained, and held as bonds.
    fn book([available, presented, accepted, retained, bonds]: [u128; 5]) -> Book {
        Book {
            funded: amount(available + presented + accepted + retained + bonds),
            available: amount(available),
            presented: amount(presented),
            accepted: amount(accepted),
            retained: amount(retained),
            bonds: amount(bonds),
            ..Book::default()
        }
    }

    pub(in crate::escrow) fn picture(stage: Stage, pots: [u128; 5]) -> Picture {
        Picture {
            id: 7,
            agreement: agreement(),
            escrow: Escrow {
                agreement: [0; 32],
                stage,
                book: book(pots),
                drawn: Amount::ZERO,
                snapshot: Snapshot::default(),
                milestones: 0,
                documents: 0,
                presentations: 1,
                acceptances: 0,
                latest_maturity: Timestamp::ZERO,
                amendments: 0,
                drawings: 0,
                notices: 0,
                title: None,
                ended_at: Timestamp::ZERO,
            },
            presentation: None,
            dispute: None,
            receivable: Receivable::default(),
            acceptances: Vec::new(),
        }
    }

    /// Four hundred of the thousand are presented.
    fn presented(stage: Stage) -> Picture {
        let presentation = Presentation {
            amount: amount(400),
            milestone: None,
            documents: 1,
            shipped_at: at(10),
            presented_at: at(10),
            discrepancies: Discrepancies::NONE,
            noticed: false,
            precluded: Discrepancies::NONE,
            reasons: [0; 32],
            commitments: [[0; 32]; 8],
        };
        Picture { presentation: Some(presentation), ..picture(stage, [600, 400, 0, 0, 0]) }
    }

    /// The seller has gone to dispute about a refusal.
    fn disputed(phase: Phase) -> Picture {
        let dispute = Dispute {
            raiser: Party::Beneficiary,
            raised_in: Status::Discrepant,
            stake: amount(1_000),
            bond: amount(100),
            fee: amount(30),
            applicant_offer: None,
            beneficiary_offer: None,
            applicant_offers: 0,
            beneficiary_offers: 0,
            ruling: None,
            appeal: None,
            panel: [None; 5],
        };
        let mut picture = presented(Stage::Disputed(phase));
        picture.escrow.book = book([600, 400, 0, 0, 100]);
        picture.dispute = Some(dispute);
        picture.presentation = picture.presentation.map(|refused| Presentation { noticed: true, ..refused });
        picture
    }

    fn heard(offers: u64, panel: u64, fallback: u64) -> Phase {
        Phase::Heard { offers_until: at(offers), panel_until: at(panel), fallback_until: at(fallback) }
    }

    fn retained(until: Option<Timestamp>) -> Picture {
        let mut picture = picture(Stage::Ended, [0, 0, 0, 300, 0]);
        picture.agreement.terms.retention = until.map(|until| Retention { share: Bps::from_raw(1_000), until });
        picture
    }

    fn due_now(picture: &Picture) -> Vec<Due> {
        due(picture, &Evidence::default(), KEEPER, at(30))
    }

    #[test]
    fn what_time_has_brought_is_due_in_its_statuses_and_in_no_other() {
        let decided = Phase::Ruled { appeal_until: at(30) };
        let table = [
            (Status::Draft, picture(Stage::Draft { applicant: true, beneficiary: false }, [0; 5]), None),
            (Status::Signed, picture(Stage::Signed, [0; 5]), None),
            (Status::Funded, picture(Stage::Open, [1_000, 0, 0, 0, 0]), None),
            (Status::Examining, presented(Stage::Examining { until: at(31) }), None),
            // A hundredth of four hundred.
            (Status::Complying, presented(Stage::Examining { until: at(30) }), Some(4)),
            (Status::Discrepant, presented(Stage::Discrepant { until: at(31) }), None),
            (Status::Expired, presented(Stage::Discrepant { until: at(30) }), Some(5)),
            (Status::Negotiating, disputed(heard(31, 40, 50)), None),
            (Status::Hearing, disputed(heard(30, 31, 50)), None),
            (Status::Fallback, disputed(heard(20, 30, 31)), None),
            (Status::Ruled, disputed(Phase::Ruled { appeal_until: at(31) }), None),
            (Status::Appealed, disputed(Phase::Appealed { until: at(31) }), None),
            // Half of what was refused is the seller's.
            (Status::Decided, disputed(decided), Some(2)),
            (Status::Retaining, retained(Some(at(31))), None),
            (Status::Releasing, retained(Some(at(30))), Some(3)),
            (Status::Accepted, picture(Stage::Ended, [0, 0, 100, 0, 0]), None),
            (Status::Closed, picture(Stage::Ended, [0; 5]), None),
        ];
        let statuses: BTreeSet<Status> = table.iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses.len(), 17, "every status has its row");
        for (status, picture, tip) in table {
            assert_eq!(picture.status(at(30)), status);
            let expected = tip.map(|tip| Due { act: EscrowAct::Settle, tip: Ok(amount(tip)) });
            assert_eq!(due_now(&picture), Vec::from_iter(expected), "{status:?}");
        }
    }

    #[test]
    fn a_party_earns_no_tip() {
        let picture = presented(Stage::Examining { until: at(30) });
        for party in [APPLICANT, BENEFICIARY] {
            let expected = Due { act: EscrowAct::Settle, tip: Ok(Amount::ZERO) };
            assert_eq!(due(&picture, &Evidence::default(), party, at(30)), vec![expected]);
        }
    }

    #[test]
    fn records_that_cannot_be_settled_are_not_passed_over() {
        let mut picture = presented(Stage::Examining { until: at(30) });
        picture.presentation = None;
        let found = due_now(&picture);
        let refused = |due: &Due| matches!(due.tip, Err(EscrowError::RecordMissing { .. }));
        assert!(found.len() == 1 && found.iter().all(refused), "{found:?}");
    }

    #[test]
    fn acceptances_are_due_from_their_maturity_until_they_are_paid() {
        let acceptance = |day, paid| Acceptance { amount: amount(100), maturity: at(day), paid };
        let acceptances = vec![acceptance(20, true), acceptance(30, false), acceptance(31, false)];
        let expected = Due { act: EscrowAct::Mature { number: 1 }, tip: Ok(amount(1)) };
        for stage in [Stage::Open, Stage::Examining { until: at(31) }, Stage::Ended] {
            let mut picture = picture(stage, [0, 0, 200, 0, 0]);
            picture.escrow.acceptances = 3;
            picture.acceptances.clone_from(&acceptances);
            assert_eq!(due_now(&picture), vec![expected], "{stage:?}");
        }
    }

    #[test]
    fn conditions_are_due_once_what_is_brought_shows_them() {
        let mut picture = picture(Stage::Open, [600, 0, 0, 0, 0]);
        let Conditions { tree, facts } = &mut picture.agreement.conditions;
        let value = Fact::Oracle { feed: 3, comparison: Comparison::AtLeast, value: 50, maximum_age: days(1) };
        facts.oracle = [14; 20];
        facts.facts[0] = Some(Fact::After { moment: at(30) });
        facts.facts[1] = Some(value);
        for (slot, node) in tree.nodes.iter_mut().zip([Node::Fact(0), Node::Fact(1), Node::All(2)]) {
            *slot = Some(node);
        }
        assert_eq!(due_now(&picture), vec![]);
        let mut evidence = Evidence::default();
        evidence.readings[0] = Some(Reading { feed: 3, value: 50, observed_at: at(29) });
        let expected = Due { act: EscrowAct::Execute, tip: Ok(amount(5)) };
        assert_eq!(due(&picture, &evidence, KEEPER, at(30)), vec![expected]);
        assert_eq!(due(&picture, &evidence, KEEPER, at(29)), vec![], "the moment has not come");
        assert_eq!(due(&picture, &evidence, KEEPER, at(31)), vec![], "the value is too old");
    }

    /// The panel that hears the dispute now.
    fn case(picture: &Picture, stage: CaseStage) -> Case {
        let hearing = hearing(&picture.view(), &picture.agreement.dispute, at(30)).unwrap();
        Case { hearing, stage, committed: 0, revealed: 0, collected: Amount::ZERO, calls: 1 }
    }

    /// So many members, the first of whom have revealed.
    fn seats(members: u8, revealed: u8) -> Seats {
        let mut seats = Seats::default();
        for (place, slot) in (0u8..members).zip(&mut seats) {
            let award = (place < revealed).then(|| amount(500));
            *slot = Some(Seat { member: [100 + place; 20], award });
        }
        seats
    }

    fn first(case: Case, seats: Seats) -> Cases {
        Cases { first: Some(Heard { case, seats }), ..Cases::default() }
    }

    const CALL: EscrowAct = EscrowAct::CallPanel { is_appeal: false };
    const DRAW: EscrowAct = EscrowAct::DrawPanel { is_appeal: false };
    const REPORT: EscrowAct = EscrowAct::Report { is_appeal: false };
    const CLOSE: EscrowAct = EscrowAct::Close { is_appeal: false };

    #[test]
    fn a_panel_is_called_drawn_and_reported_while_it_is_heard() {
        let picture = disputed(heard(20, 40, 50));
        let acts = |cases: &Cases, time| due_in_arbitration(&picture, cases, moment(time));
        let called =
            |draw_block| first(case(&picture, CaseStage::Called { draw_block, called_at: at(21) }), seats(0, 0));
        let sitting = |commit, reveal, revealed| {
            let stage = CaseStage::Sitting { commit_until: at(commit), reveal_until: at(reveal) };
            first(case(&picture, stage), seats(3, revealed))
        };
        let ended = |stage| first(case(&picture, stage), seats(0, 0));
        let table = [
            ("nobody has called", Cases::default(), vec![CALL]),
            ("the block is to come", called(BLOCK), vec![]),
            ("the block has come", called(BLOCK - 1), vec![DRAW]),
            ("nobody has drawn", called(BLOCK - 300), vec![CALL]),
            ("members commit", sitting(31, 32, 0), vec![]),
            ("members reveal", sitting(29, 31, 2), vec![]),
            ("two of three have revealed", sitting(28, 29, 2), vec![REPORT]),
            ("one of three has revealed", sitting(28, 29, 1), vec![]),
            ("it was reported", ended(CaseStage::Reported), vec![]),
            ("it has come to nothing", ended(CaseStage::Closed), vec![CALL]),
        ];
        for (what, cases, expected) in table {
            assert_eq!(acts(&cases, at(30)), expected, "{what}");
        }
        // A border of time: an hour has to be left for a panel.
        let late = Timestamp::from_raw(at(40).raw() - 3_599);
        assert_eq!(acts(&Cases::default(), late), vec![]);
        assert_eq!(acts(&Cases::default(), at(19)), vec![], "the parties make offers");
        // The window is over: who was drawn is free again, whoever was silent.
        assert_eq!(acts(&sitting(31, 32, 2), at(40)), vec![CLOSE]);
        assert_eq!(acts(&called(BLOCK - 1), at(40)), vec![CLOSE]);
    }

    #[test]
    fn what_was_awarded_in_another_dispute_is_not_reported() {
        let picture = disputed(heard(20, 40, 50));
        let stage = CaseStage::Sitting { commit_until: at(28), reveal_until: at(29) };
        let mut earlier = case(&picture, stage);
        earlier.hearing.stake = amount(999);
        assert_eq!(due_in_arbitration(&picture, &first(earlier, seats(3, 3)), moment(at(30))), vec![]);
        earlier.stage = CaseStage::Called { draw_block: BLOCK - 1, called_at: at(21) };
        assert_eq!(due_in_arbitration(&picture, &first(earlier, seats(0, 0)), moment(at(30))), vec![]);
    }

    #[test]
    fn an_appeal_has_a_panel_of_its_own() {
        let mut picture = disputed(Phase::Appealed { until: at(40) });
        let reported = case(&disputed(heard(20, 40, 50)), CaseStage::Reported);
        let mut cases = first(reported, seats(0, 0));
        picture.dispute = picture.dispute.map(|dispute| Dispute {
            ruling: Some(Ruling { award: amount(500), arbiter: ARBITRATION }),
            appeal: Some(Appeal { by: Party::Applicant, bond: amount(200), fee: amount(70), award: None }),
            ..dispute
        });
        let appeal = |cases: &Cases| due_in_arbitration(&picture, cases, moment(at(30)));
        assert_eq!(appeal(&cases), vec![EscrowAct::CallPanel { is_appeal: true }]);
        let stage = CaseStage::Sitting { commit_until: at(28), reveal_until: at(29) };
        cases.appeal = Some(Heard { case: case(&picture, stage), seats: seats(7, 4) });
        assert_eq!(appeal(&cases), vec![EscrowAct::Report { is_appeal: true }]);
    }

    #[test]
    fn the_fee_is_collected_once_the_panels_have_ended() {
        let hearing = disputed(heard(20, 40, 50));
        let mut cases = first(case(&hearing, CaseStage::Reported), seats(0, 0));
        let closed = picture(Stage::Ended, [0; 5]);
        let acts = |cases: &Cases| due_in_arbitration(&closed, cases, moment(at(50)));
        assert_eq!(acts(&cases), vec![]);
        cases.fee = amount(30);
        assert_eq!(acts(&cases), vec![EscrowAct::Collect]);
        let mut appeal = case(&hearing, CaseStage::Sitting { commit_until: at(31), reveal_until: at(32) });
        appeal.hearing.is_appeal = true;
        cases.appeal = Some(Heard { case: appeal, seats: seats(0, 0) });
        assert_eq!(acts(&cases), vec![EscrowAct::Close { is_appeal: true }]);
    }

    #[test]
    fn an_escrow_is_over_when_nothing_can_come_any_more() {
        let closed = picture(Stage::Ended, [0; 5]);
        let hearing = disputed(heard(20, 40, 50));
        let now = moment(at(50));
        assert!(is_over(&closed, None, now));
        assert!(is_over(&closed, Some(&Cases::default()), now));
        let reported = first(case(&hearing, CaseStage::Reported), seats(0, 0));
        assert!(is_over(&closed, Some(&reported), now));
        assert!(!is_over(&closed, Some(&Cases { fee: amount(1), ..reported }), now));
        let open = first(case(&hearing, CaseStage::Called { draw_block: 1, called_at: at(21) }), seats(0, 0));
        assert!(!is_over(&closed, Some(&open), now), "the case is still to be closed");
        for (stage, day, expected) in [
            (Stage::Signed, 59, false),
            (Stage::Signed, 60, true),
            (Stage::Draft { applicant: false, beneficiary: false }, 60, true),
            (Stage::Open, 60, false),
        ] {
            assert_eq!(is_over(&picture(stage, [0; 5]), None, moment(at(day))), expected, "{stage:?}");
        }
    }
}
