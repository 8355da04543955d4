//! The life of a proposal: every status with every act, the vote's arithmetic, and random lives against a ghost.
#![allow(clippy::unwrap_used)]

use florin_governance::proposal::{
    propose, Motion, Progress, Proposal, ProposalError, Status, Support, Tally, MAXIMUM_EXTENSIONS,
};
use florin_governance::roles::{check, Guardian, Guardianship, Permit, Roles};
use florin_governance::rules::{Rule, Rules, MAXIMUM_DEPOSIT};
use florin_units::{Bps, Seconds, Timestamp};
use proptest::prelude::*;

const DAY: u64 = 86_400;
/// A millionth of a native token.
const DEPOSIT: u128 = 1_000_000_000_000;
const PROPOSER: [u8; 20] = [1; 20];
const ANYBODY: [u8; 20] = [9; 20];

fn rules() -> Rules {
    Rules {
        voting_delay: Seconds::from_raw(DAY),
        voting_period: Seconds::from_raw(3 * DAY),
        late_extension: Seconds::from_raw(DAY / 2),
        timelock: Seconds::from_raw(2 * DAY),
        grace: Seconds::from_raw(7 * DAY),
        quorum: Bps::from_raw(1_000),
        threshold: Bps::from_raw(5_000),
        proposer_share: Bps::from_raw(100),
        deposit: DEPOSIT,
    }
}

fn motion() -> Motion {
    Motion {
        id: 7,
        proposer: PROPOSER,
        power: 100,
        deposit: DEPOSIT,
        actions: [2; 32],
        description: [3; 32],
        predecessor: None,
        snapshot: 11,
        supply: 10_000,
    }
}

fn at(day: u64) -> Timestamp {
    Timestamp::from_raw(1_000_000 + day * DAY)
}

fn guardian() -> Permit<Guardian> {
    let guardian = Some(Guardianship { account: ANYBODY, until: at(1_000) });
    check(&Roles { guardian, ..Roles::new(PROPOSER) }, &ANYBODY, at(0)).unwrap()
}

fn made() -> Proposal {
    propose(&motion(), &rules(), at(0)).unwrap()
}

fn carried() -> Proposal {
    made().vote(Support::For, 1_000, false, at(1)).unwrap()
}

/// A proposal in each status, and the moment at which it is in it.
fn in_each_status() -> Vec<(Status, Proposal, Timestamp)> {
    let queued = carried().queue(at(4)).unwrap();
    let executed = queued.execute([2; 32], None, at(6)).unwrap();
    let cancelled = made().cancel(&PROPOSER, None, at(0)).unwrap();
    vec![
        (Status::Pending, made(), at(0)),
        (Status::Active, made(), at(1)),
        (Status::Defeated, made(), at(4)),
        (Status::Succeeded, carried(), at(4)),
        (Status::Queued, queued, at(5)),
        (Status::Ready, queued, at(6)),
        (Status::Expired, queued, at(13)),
        (Status::Expired, carried(), at(11)),
        (Status::Executed, executed, at(6)),
        (Status::Cancelled, cancelled, at(3)),
    ]
}

#[test]
fn each_status_lets_exactly_its_own_acts_through() {
    for (status, proposal, now) in in_each_status() {
        assert_eq!(proposal.status(now), status);
        let wrong = |required| ProposalError::WrongStatus { actual: status, required };
        let vote = proposal.vote(Support::For, 1, false, now);
        assert_eq!(vote.is_ok(), status == Status::Active, "vote: {status:?}");
        assert!(vote.is_ok() || vote == Err(wrong(Status::Active)));
        let queue = proposal.queue(now);
        assert_eq!(queue.is_ok(), status == Status::Succeeded, "queue: {status:?}");
        assert!(queue.is_ok() || queue == Err(wrong(Status::Succeeded)));
        let execute = proposal.execute([2; 32], None, now);
        assert_eq!(execute.is_ok(), status == Status::Ready, "execute: {status:?}");
        assert!(execute.is_ok() || execute == Err(wrong(Status::Ready)));
        let over = [Status::Executed, Status::Cancelled, Status::Defeated, Status::Expired].contains(&status);
        let by_guardian = proposal.cancel(&ANYBODY, Some(&guardian()), now);
        assert_eq!(by_guardian.is_ok(), !over, "cancel by guardian: {status:?}");
        let by_proposer = proposal.cancel(&PROPOSER, None, now);
        assert_eq!(by_proposer.is_ok(), status == Status::Pending, "cancel by proposer: {status:?}");
        let by_anybody = proposal.cancel(&ANYBODY, None, now);
        let expected = if over { wrong(Status::Queued) } else { ProposalError::MayNotCancel };
        assert_eq!(by_anybody, Err(expected));
        let settle = proposal.settle(&PROPOSER, now);
        let open = [Status::Pending, Status::Active].contains(&status);
        assert_eq!(settle.is_ok(), !open, "settle: {status:?}");
        if let Ok((settled, returned)) = settle {
            assert_eq!(returned, DEPOSIT);
            assert_eq!(settled.settle(&PROPOSER, now), Err(ProposalError::AlreadySettled));
        }
    }
}

#[test]
fn borders_of_time_belong_to_the_later_status() {
    let one = Seconds::from_raw(1);
    let before = |time: Timestamp| Timestamp::from_raw(time.raw() - one.raw());
    let queued = carried().queue(at(4)).unwrap();
    for (proposal, border, earlier, later) in [
        (made(), at(1), Status::Pending, Status::Active),
        (made(), at(4), Status::Active, Status::Defeated),
        (carried(), at(4), Status::Active, Status::Succeeded),
        (carried(), at(11), Status::Succeeded, Status::Expired),
        (queued, at(6), Status::Queued, Status::Ready),
        (queued, at(13), Status::Ready, Status::Expired),
    ] {
        assert_eq!((proposal.status(before(border)), proposal.status(border)), (earlier, later));
    }
}

#[test]
fn a_proposal_needs_power_and_exactly_the_deposit() {
    let weak = Motion { power: 99, ..motion() };
    assert_eq!(propose(&weak, &rules(), at(0)), Err(ProposalError::TooLittlePower { power: 99, required: 100 }));
    for predecessor in [7, 8] {
        let wrong = Motion { predecessor: Some(predecessor), ..motion() };
        assert_eq!(propose(&wrong, &rules(), at(0)), Err(ProposalError::UnknownPredecessor { predecessor }));
    }
    for given in [0, DEPOSIT - 1, DEPOSIT + 1] {
        let wrong = Motion { deposit: given, ..motion() };
        assert_eq!(propose(&wrong, &rules(), at(0)), Err(ProposalError::WrongDeposit { given, required: DEPOSIT }));
    }
}

#[test]
fn quorum_counts_for_and_abstain_and_rounds_up() {
    let motion = Motion { supply: 10_001, power: 101, ..motion() };
    let proposal = propose(&motion, &rules(), at(0)).unwrap();
    assert_eq!(proposal.quorum, 1_001);
    let almost =
        proposal.vote(Support::For, 1, false, at(1)).unwrap().vote(Support::Abstain, 999, false, at(1)).unwrap();
    assert!(!almost.is_carried());
    let just = almost.vote(Support::Abstain, 1, false, at(1)).unwrap();
    assert!(just.is_carried(), "one vote for, a quorum by abstention, nobody against");
    // Votes against do not help to the quorum.
    let opposed = proposal.vote(Support::For, 1_000, false, at(1)).unwrap();
    let opposed = opposed.vote(Support::Against, 999, false, at(1)).unwrap();
    assert!(!opposed.is_carried());
}

#[test]
fn the_threshold_must_be_exceeded() {
    let even = made().vote(Support::For, 1_000, false, at(1)).unwrap();
    let even = even.vote(Support::Against, 600, false, at(1)).unwrap();
    let even = even.vote(Support::AgainstAndSlash, 400, false, at(1)).unwrap();
    assert!(!even.is_carried());
    assert!(even.vote(Support::For, 1, false, at(1)).unwrap().is_carried());
    let demanding = Rules { threshold: Bps::from_raw(6_667), ..rules() };
    let proposal = propose(&motion(), &demanding, at(0)).unwrap().vote(Support::For, 2_000, false, at(1)).unwrap();
    assert!(
        !proposal.vote(Support::Against, 1_000, false, at(1)).unwrap().is_carried(),
        "two thirds are not above 66.67 %"
    );
}

#[test]
fn a_voter_votes_once_and_with_power() {
    assert_eq!(made().vote(Support::For, 5, true, at(1)), Err(ProposalError::AlreadyVoted));
    assert_eq!(made().vote(Support::For, 0, false, at(1)), Err(ProposalError::NoPower { snapshot: 11 }));
}

#[test]
fn a_late_turn_extends_the_vote_and_only_so_often() {
    let end = made().ends_at;
    let early = Timestamp::from_raw(end.raw() - DAY / 2);
    assert_eq!(made().vote(Support::For, 1_000, false, early).unwrap().ends_at, end, "not late yet");
    let mut now = Timestamp::from_raw(end.raw() - 10);
    let quiet = made().vote(Support::Against, 5, false, now).unwrap();
    assert_eq!(quiet.ends_at, end, "nothing turned");
    let mut proposal = made().vote(Support::For, 1_000, false, now).unwrap();
    assert_eq!(proposal.ends_at, end.after(rules().late_extension));
    // Turned to and fro at once: that is not late any more, and uses nothing up.
    let fro = proposal.vote(Support::Against, 1_000, false, now).unwrap();
    let to = fro.vote(Support::For, 1, false, now).unwrap();
    assert_eq!((to.extensions, to.ends_at), (1, proposal.ends_at));
    // Back and forth: each turn answers the last, until the limit.
    let mut extensions = 1;
    for turn in 0..10 {
        now = Timestamp::from_raw(proposal.ends_at.raw() - 5);
        let opposed = proposal.tally.opposed().unwrap();
        let (support, power) = if turn % 2 == 0 {
            (Support::Against, proposal.tally.in_favour - opposed)
        } else {
            (Support::For, opposed - proposal.tally.in_favour + 1)
        };
        let before = proposal.ends_at;
        proposal = proposal.vote(support, power, false, now).unwrap();
        if extensions < MAXIMUM_EXTENSIONS {
            extensions += 1;
            assert_eq!(proposal.ends_at, before.after(rules().late_extension));
        } else {
            assert_eq!(proposal.ends_at, before, "no end is put off for ever");
        }
        if proposal.ends_at == before {
            break;
        }
    }
    assert_eq!(proposal.extensions, MAXIMUM_EXTENSIONS);
}

#[test]
fn changed_actions_and_open_predecessors_do_not_execute() {
    let ready = carried().queue(at(4)).unwrap();
    let other = ready.execute([7; 32], None, at(6));
    assert_eq!(other, Err(ProposalError::OtherActions { expected: [2; 32], actual: [7; 32] }));
    let follower = Proposal { predecessor: Some(4), ..ready };
    let open = Err(ProposalError::PredecessorOpen { predecessor: 4 });
    assert_eq!(follower.execute([2; 32], None, at(6)), open);
    assert_eq!(follower.execute([2; 32], Some(&ready), at(6)), open);
    let done = ready.execute([2; 32], None, at(6)).unwrap();
    assert!(follower.execute([2; 32], Some(&done), at(6)).is_ok());
    // Twice is once too often.
    let again = done.execute([2; 32], None, at(6));
    assert_eq!(again, Err(ProposalError::WrongStatus { actual: Status::Executed, required: Status::Ready }));
}

#[test]
fn only_the_proposer_says_where_the_deposit_goes() {
    let refused = ProposalError::NotProposer { proposer: PROPOSER, caller: ANYBODY };
    assert_eq!(made().settle(&ANYBODY, at(4)), Err(refused));
    // What was slashed is nobody's, so anybody may say so.
    let slashed = Proposal { tally: Tally { slash: 1_000, ..Tally::default() }, ..made() };
    assert_eq!(slashed.settle(&ANYBODY, at(4)).unwrap().1, 0);
}

#[test]
fn a_deposit_is_lost_by_a_quorum_and_a_majority_for_slashing_only() {
    let with = |tally: Tally| Proposal { tally, ..made() }.settle(&PROPOSER, at(4)).unwrap().1;
    let none = Tally::default();
    assert_eq!(with(Tally { slash: 999, ..none }), DEPOSIT, "no quorum");
    assert_eq!(with(Tally { slash: 1_000, ..none }), 0);
    assert_eq!(with(Tally { slash: 1_000, against: 1_000, ..none }), DEPOSIT, "no majority");
    assert_eq!(with(Tally { slash: 1_001, against: 500, abstain: 500, ..none }), 0);
    assert_eq!(with(Tally { against: 9_000, ..none }), DEPOSIT, "against is not slashing");
    // The guardian ended the vote before everybody was heard.
    let cut_short = made().vote(Support::AgainstAndSlash, 1_000, false, at(1)).unwrap();
    let cut_short = cut_short.cancel(&ANYBODY, Some(&guardian()), at(1)).unwrap();
    assert_eq!(cut_short.settle(&PROPOSER, at(1)).unwrap().1, DEPOSIT);
}

#[test]
fn rules_have_bounds_that_no_vote_can_leave() {
    assert_eq!(rules().validate(), Ok(()));
    let seconds = Seconds::from_raw;
    for (rule, wrong) in [
        (Rule::VotingDelay, Rules { voting_delay: seconds(3_599), ..rules() }),
        (Rule::VotingDelay, Rules { voting_delay: seconds(30 * DAY + 1), ..rules() }),
        (Rule::VotingPeriod, Rules { voting_period: seconds(DAY - 1), ..rules() }),
        (Rule::VotingPeriod, Rules { voting_period: seconds(30 * DAY + 1), ..rules() }),
        (Rule::LateExtension, Rules { late_extension: seconds(3_599), ..rules() }),
        (Rule::LateExtension, Rules { late_extension: seconds(7 * DAY + 1), ..rules() }),
        (Rule::Timelock, Rules { timelock: seconds(DAY - 1), ..rules() }),
        (Rule::Timelock, Rules { timelock: seconds(30 * DAY + 1), ..rules() }),
        (Rule::Grace, Rules { grace: seconds(DAY - 1), ..rules() }),
        (Rule::Grace, Rules { grace: seconds(60 * DAY + 1), ..rules() }),
        (Rule::Quorum, Rules { quorum: Bps::from_raw(99), ..rules() }),
        (Rule::Quorum, Rules { quorum: Bps::from_raw(5_001), ..rules() }),
        (Rule::Threshold, Rules { threshold: Bps::from_raw(4_999), ..rules() }),
        (Rule::Threshold, Rules { threshold: Bps::from_raw(9_001), ..rules() }),
        (Rule::ProposerShare, Rules { proposer_share: Bps::from_raw(501), ..rules() }),
        (Rule::Deposit, Rules { deposit: MAXIMUM_DEPOSIT + 1, ..rules() }),
        // Contracts see 18 decimals, accounts hold 10: this one cannot be paid.
        (Rule::Deposit, Rules { deposit: 50, ..rules() }),
    ] {
        assert_eq!(wrong.validate().map_err(|error| error.rule), Err(rule));
    }
}

proptest! {
    /// Whatever happens in whatever order, a proposal is executed only after delay, vote and timelock, with quorum and majority.
    #[test]
    fn nothing_is_executed_without_its_time_and_its_votes(
        steps in prop::collection::vec((0u8..7, 0u128..700, 0u64..40_000), 1..80)
    ) {
        let mut proposal = made();
        let mut now = at(0);
        let (mut voted_at, mut queued_at) = (None::<Timestamp>, None::<Timestamp>);
        for (act, power, wait) in steps {
            now = Timestamp::from_raw(now.raw() + wait);
            let before = proposal;
            let next = match act {
                0 => proposal.vote(Support::For, power, false, now),
                1 => proposal.vote(Support::Against, power / 2, false, now),
                2 => proposal.vote(Support::Abstain, power, false, now),
                3 | 4 => proposal.queue(now),
                5 => proposal.execute([2; 32], None, now),
                _ if power < 5 => proposal.cancel(&ANYBODY, Some(&guardian()), now),
                _ => continue,
            };
            let Ok(next) = next else { continue };
            proposal = next;
            match proposal.progress {
                Progress::Made => voted_at = Some(now),
                Progress::Queued { at: queued } => {
                    prop_assert!(before.is_carried() && now >= before.ends_at);
                    queued_at = Some(queued);
                }
                Progress::Executed { .. } => {
                    let tally = proposal.tally;
                    prop_assert!(tally.in_favour + tally.abstain >= 1_000);
                    prop_assert!(tally.in_favour > tally.against);
                    prop_assert!(voted_at.unwrap().since(at(0)) >= rules().voting_delay);
                    prop_assert!(now.since(queued_at.unwrap()) >= rules().timelock);
                    prop_assert!(now.since(at(0)).raw() >= 6 * DAY);
                    break;
                }
                Progress::Cancelled { .. } => break,
            }
        }
    }
}
