//! Documentary credits, case by case: what the parties agreed, what they did, and how it ended. A case ends with its
//! last step refused by exactly one code, or with so much for the beneficiary and so much back for the applicant once
//! everybody has been silent to the end. No fee and no tip are taken here, so the amounts can be read off.
#![allow(clippy::unwrap_used)]
mod common;

use std::collections::BTreeSet;

use common::{
    agreement, amount, at, bps, by_milestones, days, free, papers, Deal, AMOUNT, APPLICANT, BENEFICIARY, INSPECTOR,
    TRANSPORT,
};
use florin_trade::examination::{Discrepancies, Papers};
use florin_trade::terms::{Agreement, Payment, Retention};
use florin_trade::{Address, Command, EscrowError};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It is this day.
    Day(u64),
    /// The beneficiary presents everything for an amount, shipped on a day.
    Present(u128, u64),
    /// The same for a milestone.
    Milestone(u8, u128, u64),
    /// The same, with documents as a function changes them.
    PresentWith(u128, u64, fn(&mut Papers)),
    /// The same, on approval.
    OnApproval(u128, u64, fn(&mut Papers)),
    /// A party goes to dispute, with its bond.
    Raise(Address),
    /// The fallback rules.
    FallBack(u128),
    /// The applicant approves.
    Approve,
    /// The applicant refuses.
    Notice(Discrepancies),
    /// The applicant waives.
    Waive,
    /// The beneficiary tries to waive for the applicant.
    WaiveOneself,
    /// Somebody settles what is due.
    Settle,
    /// Somebody has an acceptance paid.
    Mature(u8),
    /// All agree that the beneficiary gets so much of what is left.
    Agree(u128),
}

/// How it ends.
enum End {
    /// The last step is refused with this code.
    Refused(u8),
    /// The beneficiary gets this, the applicant gets the rest back.
    Paid(u128),
    /// The beneficiary gets this, the applicant that, a bond of 50,000 included; what is left is for whoever has ruled.
    Disputed(u128, u128),
}

struct Case {
    name: &'static str,
    change: fn(&mut Agreement),
    steps: &'static [Step],
    end: End,
}

fn run(deal: &mut Deal, step: Step) -> Result<(), EscrowError> {
    let shown = |shipped: u64, change: fn(&mut Papers)| {
        let mut shown = papers(&deal.agreement.checklist, at(shipped));
        change(&mut shown);
        shown
    };
    let result = match step {
        Step::Day(day) => {
            deal.now = at(day);
            return Ok(());
        }
        Step::Present(drawn, shipped) => deal.present(drawn, shipped),
        Step::Milestone(milestone, drawn, shipped) => {
            let shown = shown(shipped, all);
            deal.show(drawn, Some(milestone), &shown, false)
        }
        Step::PresentWith(drawn, shipped, change) => {
            let shown = shown(shipped, change);
            deal.show(drawn, None, &shown, false)
        }
        Step::OnApproval(drawn, shipped, change) => {
            let shown = shown(shipped, change);
            deal.show(drawn, None, &shown, true)
        }
        Step::Raise(party) => deal.raise(party),
        Step::FallBack(to_beneficiary) => deal.fall_back(to_beneficiary),
        Step::Approve => deal.approve(),
        Step::Notice(discrepancies) => deal.notice(discrepancies),
        Step::Waive => deal.waive(),
        Step::WaiveOneself => {
            let presentation = deal.named();
            deal.send(BENEFICIARY, &Command::Waive { presentation })
        }
        Step::Settle => deal.settle(APPLICANT),
        Step::Mature(number) => deal.mature(number, BENEFICIARY),
        Step::Agree(to_beneficiary) => deal.agree(to_beneficiary),
    };
    result.map(|_| ())
}

fn as_agreed(_: &mut Agreement) {}

fn single(agreement: &mut Agreement) {
    agreement.terms.partial_drawings = false;
}

/// About the amount: a tenth more or less, in one drawing.
fn about(agreement: &mut Agreement) {
    single(agreement);
    agreement.terms.tolerance.more = bps(1_000);
    agreement.terms.tolerance.less = bps(1_000);
}

/// Five in a hundred less, in one drawing.
fn bulk(agreement: &mut Agreement) {
    single(agreement);
    agreement.terms.tolerance.less = bps(500);
}

fn usance(agreement: &mut Agreement) {
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(0) };
}

fn half_at_sight(agreement: &mut Agreement) {
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(5_000) };
}

fn retained(agreement: &mut Agreement) {
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
}

/// A holiday on the second Monday.
fn holiday(agreement: &mut Agreement) {
    agreement.calendar = agreement.calendar.with_holiday(common::MONDAY + 14).unwrap();
}

fn sixty_days_to_present(agreement: &mut Agreement) {
    agreement.terms.presentation_period = days(60);
}

fn without_transport(agreement: &mut Agreement) {
    agreement.checklist.documents[TRANSPORT] = None;
}

fn all(_: &mut Papers) {}

fn no_invoice(papers: &mut Papers) {
    papers[0] = None;
}

fn no_transport(papers: &mut Papers) {
    papers[TRANSPORT] = None;
}

fn no_inspection(papers: &mut Papers) {
    papers[2] = None;
}

fn forged_transport(papers: &mut Papers) {
    papers[TRANSPORT].as_mut().unwrap().signer = BENEFICIARY;
}

fn inspected_by_the_seller(papers: &mut Papers) {
    papers[2].as_mut().unwrap().signer = BENEFICIARY;
}

fn inspection_of_tomorrow(papers: &mut Papers) {
    papers[2].as_mut().unwrap().dated = at(11);
}

fn another_inspection(papers: &mut Papers) {
    *papers = common::replaced(papers, 2, [0xc3; 32]);
}

fn one_more(papers: &mut Papers) {
    papers[5] = papers[2];
    papers[5].as_mut().unwrap().signer = INSPECTOR;
}

const CASES: &[Case] = &[
    Case {
        name: "complying, approved",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "complying, the applicant silent",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(18), Step::Settle],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "complying, everybody silent",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3)],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "settled before the window is over",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(17), Step::Settle],
        end: End::Refused(4),
    },
    Case {
        name: "a holiday in the window",
        change: holiday,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(18), Step::Settle],
        end: End::Refused(4),
    },
    Case {
        name: "a calendar of holidays until the last day, at its limit",
        change: common::never_working,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(24), Step::Settle],
        end: End::Paid(AMOUNT),
    },
    Case { name: "nothing presented", change: as_agreed, steps: &[Step::Day(60), Step::Settle], end: End::Paid(0) },
    Case { name: "everybody silent from the start", change: as_agreed, steps: &[], end: End::Paid(0) },
    Case {
        name: "refund before the expiry",
        change: as_agreed,
        steps: &[Step::Day(59), Step::Settle],
        end: End::Refused(4),
    },
    Case {
        name: "shipped on the latest date",
        change: as_agreed,
        steps: &[Step::Day(35), Step::Present(AMOUNT, 30), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "late shipment",
        change: as_agreed,
        steps: &[Step::Day(35), Step::Present(AMOUNT, 31)],
        end: End::Refused(27),
    },
    Case {
        name: "late shipment on approval, waived",
        change: as_agreed,
        steps: &[Step::Day(35), Step::OnApproval(AMOUNT, 31, all), Step::Waive],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "late shipment on approval, silence",
        change: as_agreed,
        steps: &[Step::Day(35), Step::OnApproval(AMOUNT, 31, all)],
        end: End::Paid(0),
    },
    Case {
        name: "presented on the last day after shipment",
        change: as_agreed,
        steps: &[Step::Day(24), Step::Present(AMOUNT, 3), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "late presentation",
        change: as_agreed,
        steps: &[Step::Day(25), Step::Present(AMOUNT, 3)],
        end: End::Refused(28),
    },
    Case {
        name: "late presentation on approval, waived",
        change: as_agreed,
        steps: &[Step::Day(25), Step::OnApproval(AMOUNT, 3, all), Step::Waive],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "presented at the expiry",
        change: as_agreed,
        steps: &[Step::Day(60), Step::Present(AMOUNT, 30)],
        end: End::Refused(10),
    },
    Case {
        name: "presented on the last day, examined after the expiry",
        change: sixty_days_to_present,
        steps: &[Step::Day(59), Step::Present(AMOUNT, 30), Step::Day(65), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "no invoice",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, no_invoice)],
        end: End::Refused(24),
    },
    Case {
        name: "no transport document",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, no_transport)],
        end: End::Refused(24),
    },
    Case {
        name: "no inspection on approval, waived",
        change: as_agreed,
        steps: &[Step::Day(10), Step::OnApproval(AMOUNT, 3, no_inspection), Step::Waive],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "no inspection on approval, cured",
        change: as_agreed,
        steps: &[Step::Day(10), Step::OnApproval(AMOUNT, 3, no_inspection), Step::Day(12), Step::Present(AMOUNT, 3)],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "a transport document that the seller signed",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, forged_transport)],
        end: End::Refused(25),
    },
    Case {
        name: "an inspection by the seller",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, inspected_by_the_seller)],
        end: End::Refused(25),
    },
    Case {
        name: "a date of the future",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, inspection_of_tomorrow)],
        end: End::Refused(26),
    },
    Case {
        name: "a date of the future on approval",
        change: as_agreed,
        steps: &[Step::Day(10), Step::OnApproval(AMOUNT, 3, inspection_of_tomorrow)],
        end: End::Refused(26),
    },
    Case {
        name: "a document that is not required",
        change: as_agreed,
        steps: &[Step::Day(10), Step::PresentWith(AMOUNT, 3, one_more), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "no transport document required, none to be late",
        change: without_transport,
        steps: &[Step::Day(55), Step::Present(AMOUNT, 50), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "overdrawn by a unit",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT + 1, 3)],
        end: End::Refused(16),
    },
    Case {
        name: "nothing drawn",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(0, 3)],
        end: End::Refused(15),
    },
    Case {
        name: "about, the most",
        change: about,
        steps: &[Step::Day(10), Step::Present(1_100_000, 3), Step::Approve],
        end: End::Paid(1_100_000),
    },
    Case {
        name: "about, more than the most",
        change: about,
        steps: &[Step::Day(10), Step::Present(1_100_001, 3)],
        end: End::Refused(16),
    },
    Case {
        name: "about, the least",
        change: about,
        steps: &[Step::Day(10), Step::Present(900_000, 3), Step::Approve],
        end: End::Paid(900_000),
    },
    Case {
        name: "about, less than the least",
        change: about,
        steps: &[Step::Day(10), Step::Present(899_999, 3)],
        end: End::Refused(17),
    },
    Case {
        name: "bulk, five in a hundred less",
        change: bulk,
        steps: &[Step::Day(10), Step::Present(950_000, 3), Step::Approve],
        end: End::Paid(950_000),
    },
    Case {
        name: "bulk, more than the amount",
        change: bulk,
        steps: &[Step::Day(10), Step::Present(AMOUNT + 1, 3)],
        end: End::Refused(16),
    },
    Case {
        name: "a partial drawing where none is allowed",
        change: single,
        steps: &[Step::Day(10), Step::Present(500_000, 3)],
        end: End::Refused(17),
    },
    Case {
        name: "a second drawing where one was allowed",
        change: single,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Present(1, 3)],
        end: End::Refused(4),
    },
    Case {
        name: "two partial drawings, the rest back",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(400_000, 3),
            Step::Approve,
            Step::Day(20),
            Step::Present(350_000, 15),
            Step::Approve,
        ],
        end: End::Paid(750_000),
    },
    Case {
        name: "partial drawings never come to more than the credit",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(400_000, 3),
            Step::Approve,
            Step::Present(400_000, 3),
            Step::Approve,
            Step::Present(200_001, 3),
        ],
        end: End::Refused(16),
    },
    Case {
        name: "a second presentation while one is examined",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(1, 3), Step::Present(1, 3)],
        end: End::Refused(22),
    },
    Case {
        name: "a second presentation while honour is due",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(1, 3), Step::Day(18), Step::Present(1, 3)],
        end: End::Refused(22),
    },
    Case {
        name: "discrepant, refused for good",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::QUANTITY),
            Step::Day(60),
            Step::Settle,
        ],
        end: End::Paid(0),
    },
    Case {
        name: "discrepant, refunded too early",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::QUANTITY),
            Step::Day(30),
            Step::Settle,
        ],
        end: End::Refused(4),
    },
    Case {
        name: "discrepant, waived",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::DESCRIPTION),
            Step::Day(40),
            Step::Waive,
        ],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "discrepant, waived by the wrong party",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Notice(Discrepancies::DESCRIPTION), Step::WaiveOneself],
        end: End::Refused(5),
    },
    Case {
        name: "waived without a refusal",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Waive],
        end: End::Refused(4),
    },
    Case {
        name: "discrepant, cured, silence",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::CONFLICT),
            Step::Day(20),
            Step::Present(AMOUNT, 3),
        ],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "discrepant, cured too long after shipment",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::CONFLICT),
            Step::Day(25),
            Step::Present(AMOUNT, 3),
        ],
        end: End::Refused(28),
    },
    Case {
        name: "discrepant, cured after the expiry",
        change: sixty_days_to_present,
        steps: &[
            Step::Day(55),
            Step::Present(AMOUNT, 30),
            Step::Notice(Discrepancies::CONFLICT),
            Step::Day(60),
            Step::Present(AMOUNT, 30),
        ],
        end: End::Refused(10),
    },
    Case {
        name: "presented again as it was, refused for what was not named then",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::CONFLICT),
            Step::Day(20),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::AMOUNT),
        ],
        end: End::Refused(54),
    },
    Case {
        name: "presented again as it was, refused for what was named then",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::CONFLICT.with(Discrepancies::AMOUNT)),
            Step::Day(20),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::AMOUNT),
        ],
        end: End::Paid(0),
    },
    Case {
        name: "cured, refused for a document that is the same and was good before",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b001)),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b100)),
        ],
        end: End::Refused(54),
    },
    Case {
        name: "cured, refused again for what was not cured",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b100)),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b100)),
        ],
        end: End::Paid(0),
    },
    Case {
        name: "cured, refused for a document that is another one now",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b001)),
            Step::PresentWith(AMOUNT, 3, another_inspection),
            Step::Notice(Discrepancies(0b100)),
        ],
        end: End::Paid(0),
    },
    Case {
        name: "presented for the fourth time, after three refusals",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Present(AMOUNT, 3),
        ],
        end: End::Refused(65),
    },
    Case {
        name: "refused for the fourth time, after another drawing",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(400_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Present(400_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Present(400_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Waive,
            Step::Present(600_000, 3),
            Step::Notice(Discrepancies::OTHER),
        ],
        end: End::Paid(400_000),
    },
    Case {
        name: "presented and refused on approval as often as one likes",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::OnApproval(AMOUNT, 3, no_invoice),
            Step::OnApproval(AMOUNT, 3, no_invoice),
            Step::OnApproval(AMOUNT, 3, no_invoice),
            Step::OnApproval(AMOUNT, 3, no_invoice),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies(0b100)),
        ],
        end: End::Paid(0),
    },
    Case {
        name: "the applicant goes to dispute before anything was presented",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Raise(APPLICANT)],
        end: End::Refused(5),
    },
    Case {
        name: "the beneficiary goes to dispute before anything was presented, silence",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Raise(BENEFICIARY)],
        end: End::Disputed(50_000, AMOUNT),
    },
    Case {
        name: "the beneficiary goes to dispute between drawings, silence, with a retention",
        change: retained,
        steps: &[Step::Day(10), Step::Present(400_000, 3), Step::Approve, Step::Raise(BENEFICIARY)],
        end: End::Disputed(400_000 + 50_000, 600_000),
    },
    Case {
        name: "refused in part, dispute, silence",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(300_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Raise(BENEFICIARY),
        ],
        end: End::Disputed(150_000 + 50_000, 850_000),
    },
    Case {
        name: "on approval with a document missing, dispute, silence",
        change: as_agreed,
        steps: &[Step::Day(10), Step::OnApproval(AMOUNT, 3, no_invoice), Step::Raise(BENEFICIARY)],
        end: End::Disputed(50_000, AMOUNT),
    },
    Case {
        name: "refused, then on approval with a document missing, dispute, silence",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::OnApproval(AMOUNT, 3, no_invoice),
            Step::Raise(BENEFICIARY),
        ],
        end: End::Disputed(50_000, AMOUNT),
    },
    Case {
        name: "the applicant goes to dispute about what it examines",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Raise(APPLICANT)],
        end: End::Refused(4),
    },
    Case {
        name: "the beneficiary goes to dispute about what is examined",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Raise(BENEFICIARY)],
        end: End::Refused(4),
    },
    Case {
        name: "the applicant goes to dispute about what it has refused",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Notice(Discrepancies::OTHER), Step::Raise(APPLICANT)],
        end: End::Refused(5),
    },
    Case {
        name: "the beneficiary goes to dispute about what it gets by waiting",
        change: retained,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Raise(BENEFICIARY)],
        end: End::Refused(5),
    },
    Case {
        name: "the applicant goes to dispute about what is retained, silence",
        change: retained,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Raise(APPLICANT)],
        end: End::Disputed(AMOUNT, 50_000),
    },
    Case {
        name: "nothing is awarded, and the retention is still the seller's",
        change: retained,
        steps: &[
            Step::Day(10),
            Step::Present(400_000, 3),
            Step::Approve,
            Step::Present(600_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Raise(BENEFICIARY),
            Step::Day(29),
            Step::FallBack(0),
        ],
        end: End::Disputed(400_000, 600_000 + 30_000),
    },
    Case {
        name: "more is awarded than what was not drawn",
        change: retained,
        steps: &[
            Step::Day(10),
            Step::Present(400_000, 3),
            Step::Approve,
            Step::Present(600_000, 3),
            Step::Notice(Discrepancies::OTHER),
            Step::Raise(BENEFICIARY),
            Step::Day(29),
            Step::FallBack(600_001),
        ],
        end: End::Refused(41),
    },
    Case {
        name: "second notice",
        change: as_agreed,
        steps: &[
            Step::Day(10),
            Step::Present(AMOUNT, 3),
            Step::Notice(Discrepancies::QUANTITY),
            Step::Notice(Discrepancies::OTHER),
        ],
        end: End::Refused(32),
    },
    Case {
        name: "notice after the window",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(18), Step::Notice(Discrepancies::OTHER)],
        end: End::Refused(33),
    },
    Case {
        name: "notice of nothing",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Notice(Discrepancies::NONE)],
        end: End::Refused(29),
    },
    Case {
        name: "notice of a document that is not required",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Notice(Discrepancies(1 << 6))],
        end: End::Refused(30),
    },
    Case {
        name: "notice of late shipment that was on time",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Notice(Discrepancies::LATE_SHIPMENT)],
        end: End::Refused(31),
    },
    Case {
        name: "notice before anything was presented",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Notice(Discrepancies::OTHER)],
        end: End::Refused(4),
    },
    Case {
        name: "usance, paid at maturity",
        change: usance,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Day(93), Step::Mature(0)],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "usance, a day too early",
        change: usance,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Day(92), Step::Mature(0)],
        end: End::Refused(35),
    },
    Case {
        name: "usance, paid twice",
        change: half_at_sight,
        steps: &[
            Step::Day(10),
            Step::Present(500_000, 3),
            Step::Approve,
            Step::Present(500_000, 10),
            Step::Approve,
            Step::Day(93),
            Step::Mature(0),
            Step::Mature(0),
        ],
        end: End::Refused(36),
    },
    Case {
        name: "usance, an acceptance that does not exist",
        change: usance,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Mature(1)],
        end: End::Refused(34),
    },
    Case {
        name: "half at sight, half at maturity, everybody silent",
        change: half_at_sight,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3)],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "usance accepted, then ended by agreement: the acceptance stands",
        change: usance,
        steps: &[Step::Day(10), Step::Present(400_000, 3), Step::Approve, Step::Agree(0)],
        end: End::Paid(400_000),
    },
    Case {
        name: "retention, everybody silent",
        change: retained,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "retention, released too early",
        change: retained,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Approve, Step::Day(119), Step::Settle],
        end: End::Refused(4),
    },
    Case {
        name: "milestones, one after the other",
        change: by_milestones,
        steps: &[
            Step::Day(10),
            Step::Milestone(0, 200_000, 3),
            Step::Approve,
            Step::Milestone(1, 500_000, 3),
            Step::Approve,
            Step::Milestone(2, 300_000, 3),
            Step::Approve,
        ],
        end: End::Paid(AMOUNT),
    },
    Case {
        name: "milestones, the last one missed",
        change: by_milestones,
        steps: &[Step::Day(10), Step::Milestone(0, 200_000, 3), Step::Approve, Step::Milestone(1, 500_000, 3)],
        end: End::Paid(700_000),
    },
    Case {
        name: "a milestone twice",
        change: by_milestones,
        steps: &[Step::Day(10), Step::Milestone(0, 200_000, 3), Step::Approve, Step::Milestone(0, 200_000, 3)],
        end: End::Refused(20),
    },
    Case {
        name: "a milestone with another amount",
        change: by_milestones,
        steps: &[Step::Day(10), Step::Milestone(0, 200_001, 3)],
        end: End::Refused(21),
    },
    Case {
        name: "a milestone that does not exist",
        change: by_milestones,
        steps: &[Step::Day(10), Step::Milestone(3, 200_000, 3)],
        end: End::Refused(19),
    },
    Case {
        name: "a drawing beside the milestones",
        change: by_milestones,
        steps: &[Step::Day(10), Step::Present(200_000, 3)],
        end: End::Refused(18),
    },
    Case {
        name: "ended by agreement",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Agree(123_456)],
        end: End::Paid(123_456),
    },
    Case {
        name: "ended by agreement while honour is due",
        change: as_agreed,
        steps: &[Step::Day(10), Step::Present(AMOUNT, 3), Step::Day(18), Step::Agree(0)],
        end: End::Refused(4),
    },
];

#[test]
fn every_case_ends_as_it_should() {
    for case in CASES {
        let mut agreement = agreement();
        agreement.terms.tip = amount(0);
        (case.change)(&mut agreement);
        let mut deal = Deal::funded(agreement, free());
        let (last, earlier) = match case.steps.split_last() {
            Some((last, earlier)) => (Some(*last), earlier),
            None => (None, case.steps),
        };
        for step in earlier {
            run(&mut deal, *step).unwrap_or_else(|error| panic!("{}: {step:?}: {error}", case.name));
        }
        let result = last.map_or(Ok(()), |last| {
            let before = deal.view;
            let result = run(&mut deal, last);
            assert!(result.is_ok() || deal.view == before, "{}: a refusal changes nothing", case.name);
            result
        });
        match case.end {
            End::Disputed(beneficiary, applicant) => {
                result.unwrap_or_else(|error| panic!("{}: {error}", case.name));
                deal.fall_silent();
                let paid = (deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT));
                assert_eq!(paid, (beneficiary, applicant), "{}", case.name);
            }
            End::Refused(code) => {
                let error = result.expect_err(case.name);
                assert_eq!(error.code(), code, "{}: {error}", case.name);
                deal.fall_silent();
            }
            End::Paid(beneficiary) => {
                result.unwrap_or_else(|error| panic!("{}: {error}", case.name));
                deal.fall_silent();
                let paid = (deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT));
                assert_eq!(paid, (beneficiary, deal.received - beneficiary), "{}", case.name);
            }
        }
    }
}

#[test]
fn there_are_enough_cases_and_codes() {
    let names: BTreeSet<&str> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), CASES.len());
    assert!(names.len() >= 70, "{}", names.len());
    let codes: BTreeSet<u8> = CASES
        .iter()
        .filter_map(|case| match case.end {
            End::Refused(code) => Some(code),
            End::Paid(_) | End::Disputed(..) => None,
        })
        .collect();
    assert!(codes.len() >= 25, "{codes:?}");
}
