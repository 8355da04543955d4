//! Holders govern: proposals, votes, timelock, guardian, defensive track.

use florin_bindings::{governor, oracle, token, vaults, votes};
use florin_client::{
    account::AccountId,
    bundle::Bundles,
    chain::{Address, DevChain},
    contract::salted_address,
    governance::{ballot_domain, call, content, delegation_domain, keccak, sign_ballot, sign_delegation},
    signer::Signer,
};
use florin_governance::{
    action::{ActionError, Call},
    proposal::{ProposalError, Status, Support},
    roles::RoleError,
    rules::{Rule, RuleError},
    signing::{Domain, SignatureError},
};
use florin_keeper::{ExecuteKeeper, ExecuteReport, Stuck};
use florin_stable::{
    collateral::{Asset, CollateralParams},
    parameter::Parameter,
    pause::Operation,
    VaultError,
};
use florin_units::{Bps, Ray, Seconds, Timestamp, RAY_ONE, U256};
use k256::ecdsa::SigningKey;

use super::{check_books, refused, Outcome};
use crate::{
    assert_refused,
    harness::{
        coins, collateral_params, governance_rules, native, HarnessError, Realm, GUARDIAN_TERM, NATIVE_FEED, TIMELOCK,
        UNIT, VOTING_DELAY, VOTING_PERIOD,
    },
};

use governor::Error::Proposal as Refused;

fn wrong_status(actual: Status, required: Status) -> governor::Error {
    Refused(ProposalError::WrongStatus { actual, required })
}

/// A call that raises the native token's stability fee to eight per cent a year.
fn raise_fee<C: DevChain>(realm: &Realm<C>) -> (Call, CollateralParams) {
    let mut params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    params.stability_fee = Ray::from_raw(RAY_ONE + 2_440_418_608_258_400_030);
    (call(realm.world.suite.vaults, &vaults::set_collateral_params(0, params)), params)
}

async fn fee_of<C: DevChain>(realm: &Realm<C>) -> Result<Ray, HarnessError> {
    Ok(realm.world.suite.collateral_type(0).await?.params.stability_fee)
}

/// From the deposit to the execution: each stage, what each refuses, the votes, the text, the deposit back.
pub async fn a_proposal_runs_from_vote_to_execution<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let [first, second, third] = &realm.voters;
    let client = &realm.world.suite.client;
    let (raise, params) = raise_fee(&realm);
    let calls = vec![raise];

    // Too little power, another deposit, nothing to do.
    let stranger = realm.world.person(120).await?;
    let propose = |calls: &[Call]| governor::propose(calls.to_vec(), String::new(), None);
    let tried = realm.call(&stranger, 10 * UNIT, &propose(&calls)).await;
    let required = coins(10_000).raw();
    refused(tried, &Refused(ProposalError::TooLittlePower { power: 0, required }));
    let tried = realm.call(first, 9 * UNIT, &propose(&calls)).await;
    refused(tried, &Refused(ProposalError::WrongDeposit { given: native(9).raw(), required: native(10).raw() }));
    assert_refused!(realm.call(first, 10 * UNIT, &propose(&[])).await, governor::Error::Action(ActionError::NoCalls));
    // The chain's built-in contracts act on their caller: one of them could end the governor and with it every role.
    let mut system = [0; 20];
    system[18] = 0x09;
    let end = [Call { target: system, value: 0, data: vec![1; 36] }];
    let tried = realm.call(first, 10 * UNIT, &propose(&end)).await;
    refused(tried, &governor::Error::Action(ActionError::BuiltIn { target: system }));
    let typo = [Call { target: [0x55; 20], value: 0, data: vec![1; 36] }];
    let tried = realm.call(first, 10 * UNIT, &propose(&typo)).await;
    refused(tried, &governor::Error::Action(ActionError::NoContract { target: [0x55; 20] }));

    let id = realm.propose(&calls, None).await?;
    assert_eq!(realm.status(id).await?, Status::Pending);
    let vote = |support| governor::vote(id, support, "Because.".to_owned());
    let tried = realm.call(first, 0, &vote(Support::For)).await;
    refused(tried, &wrong_status(Status::Pending, Status::Active));

    realm.world.advance(VOTING_DELAY).await?;
    assert_eq!(realm.status(id).await?, Status::Active);
    realm.call(first, 0, &vote(Support::For)).await?;
    refused(realm.call(first, 0, &vote(Support::For)).await, &Refused(ProposalError::AlreadyVoted));
    realm.call(second, 0, &vote(Support::Against)).await?;
    realm.call(third, 0, &vote(Support::Abstain)).await?;
    let read = content(client, realm.governor, id).await?;
    assert!(read.is_executable);
    assert_eq!((read.calls.as_slice(), read.description.as_str()), (calls.as_slice(), "A test.\nWith reasons."));
    let tally = read.record.tally;
    let [most, some, few] = [300_000, 200_000, 100_000].map(|votes| coins(votes).raw());
    assert_eq!((tally.in_favour, tally.against, tally.abstain, tally.slash), (most, some, few, 0));
    let ballot = client.read(realm.governor, &governor::ballot(id, third.account().to_address())).await?;
    assert_eq!(ballot.map(|ballot| (ballot.support, ballot.power)), Some((Support::Abstain, few)));
    let tried = realm.call(third, 0, &governor::queue(id)).await;
    refused(tried, &wrong_status(Status::Active, Status::Succeeded));

    realm.world.advance(VOTING_PERIOD).await?;
    assert_eq!(realm.status(id).await?, Status::Succeeded);
    let execute = governor::execute(id, calls.clone());
    let tried = realm.call(third, 0, &execute).await;
    refused(tried, &wrong_status(Status::Succeeded, Status::Ready));
    realm.call(&stranger, 0, &governor::queue(id)).await?;
    assert_eq!(realm.status(id).await?, Status::Queued);
    let tried = realm.call(third, 0, &execute).await;
    refused(tried, &wrong_status(Status::Queued, Status::Ready));

    realm.world.advance(TIMELOCK).await?;
    assert_eq!(realm.status(id).await?, Status::Ready);
    assert_ne!(fee_of(&realm).await?, params.stability_fee);
    realm.call(&stranger, 0, &execute).await?;
    assert_eq!(realm.status(id).await?, Status::Executed);
    assert_eq!(fee_of(&realm).await?, params.stability_fee);

    // The deposit goes where the proposer says, and once.
    let treasury = Address::from([0x77; 20]);
    let before = client.chain().balance_of_address(&treasury).await?;
    let settle = governor::settle(id, treasury);
    assert_refused!(realm.call(second, 0, &settle).await, Refused(ProposalError::NotProposer { .. }));
    assert_eq!(realm.call(first, 0, &settle).await?.value, native(10).raw());
    assert_eq!(client.chain().balance_of_address(&treasury).await?, before + 10 * UNIT);
    refused(realm.call(first, 0, &settle).await, &Refused(ProposalError::AlreadySettled));
    assert_eq!(client.read(realm.governor, &governor::summary()).await?.deposits, 0);
    check_books(&realm.world).await
}

/// T15: what is bought in the block of a proposal or later counts nothing for it; what was sold then still counts.
pub async fn t15_votes_bought_at_the_snapshot_count_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let [first, second, _] = &realm.voters;
    let buyer = realm.world.person(110).await?;
    let address = buyer.account().to_address();
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    let bought = U256::from(coins(200_000).raw());
    client.call(second, realm.votes, 0, &votes::transfer(address, bought)).await?;
    assert_eq!(client.read(realm.votes, &votes::get_votes(address)).await?, bought);
    realm.world.advance(VOTING_DELAY).await?;
    let vote = governor::vote(id, Support::For, String::new());
    let snapshot = client.read(realm.governor, &governor::proposal(id)).await?.expect("made").snapshot;
    refused(realm.call(&buyer, 0, &vote).await, &Refused(ProposalError::NoPower { snapshot }));
    realm.call(second, 0, &vote).await?;
    // Sent on and back, delegated in a circle: each vote counts once.
    client.call(&buyer, realm.votes, 0, &votes::delegate(first.account().to_address())).await?;
    client.call(first, realm.votes, 0, &votes::delegate(address)).await?;
    realm.call(first, 0, &vote).await?;
    refused(realm.call(&buyer, 0, &vote).await, &Refused(ProposalError::NoPower { snapshot }));
    let tally = client.read(realm.governor, &governor::proposal(id)).await?.expect("made").tally;
    assert_eq!(tally.in_favour, coins(500_000).raw());
    // In the circle each has exactly what the other holds.
    let power = |account| async move { client.read(realm.votes, &votes::get_votes(account)).await };
    assert_eq!(power(first.account().to_address()).await?, bought);
    assert_eq!(power(address).await?, U256::from(coins(300_000).raw()));
    // The present cannot be asked for, so it cannot be moved by what is borrowed for a block.
    let now = client.chain().head().await?.number + 1;
    let asked = client.read(realm.votes, &votes::get_past_votes(address, now.into())).await;
    assert_refused!(asked, votes::Error::BlockNotPast { .. });
    Ok(())
}

fn ethereum_address(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_slice(&keccak(&point.as_bytes()[1..])[12..])
}

/// The signature as wallets give it: r, s, and 27 or 28.
fn sign_with(key: &SigningKey, digest: &[u8; 32]) -> Vec<u8> {
    let (signature, recovery) = key.sign_prehash_recoverable(digest).expect("a digest can be signed");
    [&signature.to_bytes()[..], &[27 + recovery.to_byte()]].concat()
}

/// Votes and delegations by signature, of both kinds of keys: counted once, until their deadline, on this chain and at this
/// contract only, in one form only.
pub async fn ballots_by_signature_count_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let [first, second, relayer] = &realm.voters;
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    let wallet = ethereum_address(&key);
    let share = U256::from(coins(50_000).raw());
    client.call(second, realm.votes, 0, &votes::transfer(wallet, share)).await?;
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    realm.world.advance(VOTING_DELAY).await?;
    let now = realm.world.suite.now().await?;
    let deadline = Timestamp::from_raw(now.raw() + 3_600);
    let domain = ballot_domain(client, realm.governor).await?;
    let ballot = |voter: Address, support, deadline: Timestamp, signature: Vec<u8>| {
        governor::vote_by_signature(id, support, voter, deadline.raw(), String::new(), signature)
    };
    let voter = first.account().to_address();
    let wrong_signer =
        |account: Address| governor::Error::Signature(SignatureError::WrongSigner { expected: account.0 });

    // sr25519: another chain, another contract, another vote, another voter, and then the right one.
    let mut chain_id = domain.chain_id;
    chain_id[31] ^= 1;
    for other in [Domain { chain_id, ..domain }, Domain { contract: realm.votes.0, ..domain }] {
        let foreign = sign_ballot(first, &other, id, Support::For, deadline, "");
        let tried = realm.call(relayer, 0, &ballot(voter, Support::For, deadline, foreign)).await;
        refused(tried, &wrong_signer(voter));
    }
    let signature = sign_ballot(first, &domain, id, Support::For, deadline, "");
    let changed = realm.call(relayer, 0, &ballot(voter, Support::Against, deadline, signature.clone())).await;
    refused(changed, &wrong_signer(voter));
    let later = Timestamp::from_raw(deadline.raw() + 1);
    let changed = realm.call(relayer, 0, &ballot(voter, Support::For, later, signature.clone())).await;
    refused(changed, &wrong_signer(voter));
    let words =
        governor::vote_by_signature(id, Support::For, voter, deadline.raw(), "I regret.".to_owned(), signature.clone());
    refused(realm.call(relayer, 0, &words).await, &wrong_signer(voter));
    let changed = realm.call(relayer, 0, &ballot(wallet, Support::For, deadline, signature.clone())).await;
    refused(changed, &wrong_signer(wallet));
    realm.call(relayer, 0, &ballot(voter, Support::For, deadline, signature.clone())).await?;
    let again = realm.call(relayer, 0, &ballot(voter, Support::For, deadline, signature)).await;
    refused(again, &Refused(ProposalError::AlreadyVoted));

    // ECDSA: the other form of the signature, a recovery byte that is none, too short, expired, and then the right one.
    let digest = domain.ballot(id, Support::For.number(), &wallet.0, deadline, "", keccak);
    let signature = sign_with(&key, &digest);
    let (parts, recovery) = key.sign_prehash_recoverable(&digest).expect("a digest can be signed");
    let high = k256::FieldBytes::from(-parts.s());
    let flipped = [&parts.to_bytes()[..32], &high[..], &[28 - recovery.to_byte()]].concat();
    let malformed = |length| governor::Error::Signature(SignatureError::Malformed { length });
    for (bytes, expected) in [
        (flipped, governor::Error::Signature(SignatureError::Malleable)),
        ([&signature[..64], &[29]].concat(), malformed(65)),
        (signature[..64].to_vec(), malformed(64)),
        (vec![0; 96], wrong_signer(wallet)),
        ([&[0; 64][..], &[27]].concat(), wrong_signer(wallet)),
    ] {
        refused(realm.call(relayer, 0, &ballot(wallet, Support::For, deadline, bytes)).await, &expected);
    }
    let past = Timestamp::from_raw(now.raw() - 1);
    let old = sign_with(&key, &domain.ballot(id, Support::For.number(), &wallet.0, past, "", keccak));
    let tried = realm.call(relayer, 0, &ballot(wallet, Support::For, past, old)).await;
    assert_refused!(tried, governor::Error::Signature(SignatureError::Expired { .. }));
    realm.call(relayer, 0, &ballot(wallet, Support::For, deadline, signature)).await?;
    let tally = client.read(realm.governor, &governor::proposal(id)).await?.expect("made").tally;
    assert_eq!(tally.in_favour, coins(350_000).raw());

    // Delegation: a nonce is used once, in order.
    let domain = delegation_domain(client, realm.votes).await?;
    let delegate =
        |nonce: u64, signature: Vec<u8>| votes::delegate_by_signature(voter, wallet, nonce, deadline.raw(), signature);
    let ahead = sign_delegation(first, &domain, wallet, 1, deadline);
    let tried = client.call(relayer, realm.votes, 0, &delegate(1, ahead)).await;
    refused(tried, &votes::Error::WrongNonce { expected: 0, given: 1 });
    let signature = sign_delegation(first, &domain, wallet, 0, deadline);
    client.call(relayer, realm.votes, 0, &delegate(0, signature.clone())).await?;
    assert_eq!(client.read(realm.votes, &votes::delegates(voter)).await?, wallet);
    let tried = client.call(relayer, realm.votes, 0, &delegate(0, signature.clone())).await;
    refused(tried, &votes::Error::WrongNonce { expected: 1, given: 0 });
    let tried = client.call(relayer, realm.votes, 0, &delegate(1, signature)).await;
    refused(tried, &votes::Error::WrongSigner { expected: voter });
    Ok(())
}

/// What was voted on is the code as well: a contract that appears at a target's address between vote and execution is not called.
pub async fn a_target_with_other_code_is_not_called<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let attacker = realm.world.person(111).await?;
    let bundle = Bundles::find().load("florin_votes")?;
    let constructor = votes::constructors::new(1);
    let salt = [5; 32];
    let target = salted_address(&attacker.account().to_address(), &bundle.code, &constructor.data, &salt);
    // Nobody is there: a payment of nothing, as far as voters can see.
    let calls = vec![Call { target: target.0, value: 0, data: Vec::new() }];
    let id = realm.propose(&calls, None).await?;
    realm.carry(&[id]).await?;
    realm.world.advance(TIMELOCK).await?;
    assert!(content(client, realm.governor, id).await?.is_executable);
    let upload = client.upload(&attacker, &bundle.code).await?;
    let created = client.instantiate(&attacker, upload.code_hash, &constructor, 0, Some(salt)).await?;
    assert_eq!(created.address, target);
    assert!(!content(client, realm.governor, id).await?.is_executable);
    let tried = realm.call(&attacker, 0, &governor::execute(id, calls)).await;
    assert_refused!(tried, Refused(ProposalError::OtherActions { .. }));
    assert_eq!(realm.status(id).await?, Status::Ready);
    Ok(())
}

/// Twice, before its predecessor, or with other calls: nothing. A call that fails undoes the others, and the proposal can be
/// executed once its cause is gone.
pub async fn proposals_execute_once_in_order_and_unchanged<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let someone = realm.voters[2].clone();
    let suite = &realm.world.suite;
    let (raise, params) = raise_fee(&realm);
    let pause = call(suite.vaults, &vaults::pause(Operation::Draws));
    let (pauses, raises) = (vec![pause.clone()], vec![raise.clone()]);
    let missing = Refused(ProposalError::UnknownPredecessor { predecessor: 0 });
    refused(realm.propose(&pauses, Some(0)).await, &missing);
    let before = realm.propose(&pauses, None).await?;
    let after = realm.propose(&raises, Some(before)).await?;
    // Its first call would succeed, its second names a collateral type that does not exist.
    let failing = call(suite.vaults, &vaults::set_collateral_params(9, params));
    let both = vec![call(suite.vaults, &vaults::unpause(Operation::Draws)), failing];
    let failed = realm.propose(&both, None).await?;
    realm.carry(&[before, after, failed]).await?;
    realm.world.advance(TIMELOCK).await?;

    let execute = |id, calls: &[Call]| governor::execute(id, calls.to_vec());
    let early = realm.call(&someone, 0, &execute(after, &raises)).await;
    refused(early, &Refused(ProposalError::PredecessorOpen { predecessor: before }));
    let unpause = call(suite.vaults, &vaults::unpause(Operation::Draws));
    for other in [vec![], vec![unpause], vec![pause.clone(), raise], vec![Call { value: 1, ..pause }]] {
        let tried = realm.call(&someone, 0, &execute(before, &other)).await;
        assert_refused!(tried, Refused(ProposalError::OtherActions { .. }));
    }
    realm.call(&someone, 0, &execute(before, &pauses)).await?;
    assert!(suite.client.read(suite.vaults, &vaults::pauses()).await?.draws);
    let again = realm.call(&someone, 0, &execute(before, &pauses)).await;
    refused(again, &wrong_status(Status::Executed, Status::Ready));
    realm.call(&someone, 0, &execute(after, &raises)).await?;
    assert_eq!(fee_of(&realm).await?, params.stability_fee);

    let tried = realm.call(&someone, 0, &execute(failed, &both)).await;
    refused(tried, &governor::Error::CallFailed { place: 1, target: suite.vaults });
    assert!(
        suite.client.read(suite.vaults, &vaults::pauses()).await?.draws,
        "the first call was undone with the second"
    );
    assert_eq!(realm.status(failed).await?, Status::Ready);
    check_books(&realm.world).await
}

/// The governor's own rules change by a proposal only, within bounds, for proposals to come; what they were can be asked for.
pub async fn the_rules_change_by_a_proposal_only<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let guardian = realm.world.guardian.clone();
    let mut rules = governance_rules();
    rules.timelock = Seconds::from_raw(4 * 86_400);
    for anybody in [&realm.world.governor, &guardian, &realm.voters[0]] {
        let caller = anybody.account().to_address();
        let only = governor::Error::OnlyProposal { caller };
        refused(realm.call(anybody, 0, &governor::set_rules(rules)).await, &only);
        refused(realm.call(anybody, 0, &governor::set_guardian(caller, 1)).await, &only);
    }
    let before = client.chain().head().await?.number;
    let id = realm.propose(&[call(realm.governor, &governor::set_rules(rules))], None).await?;
    let absurd = governor::set_rules(florin_governance::rules::Rules { timelock: Seconds::from_raw(1), ..rules });
    let outside = realm.propose(&[call(realm.governor, &absurd)], None).await?;
    realm.carry(&[id, outside]).await?;
    realm.world.advance(TIMELOCK).await?;
    let calls = |message: &florin_bindings::Message<(), governor::Error>| vec![call(realm.governor, message)];
    let tried = realm.call(&guardian, 0, &governor::execute(outside, calls(&absurd))).await;
    refused(tried, &governor::Error::CallFailed { place: 0, target: realm.governor });
    realm.call(&guardian, 0, &governor::execute(id, calls(&governor::set_rules(rules)))).await?;
    let at = |block: u64| governor::rules_at(u32::try_from(block).expect("a low block"));
    let now = client.chain().head().await?.number;
    assert_eq!(client.read(realm.governor, &governor::current_rules()).await?, rules);
    assert_eq!(client.read(realm.governor, &at(now)).await?, Some(rules));
    assert_eq!(client.read(realm.governor, &at(before)).await?, Some(governance_rules()));
    assert_eq!(client.read(realm.governor, &at(0)).await?, None);
    // One step a vote, and one vote a day: as the governor itself would hear it.
    let own = AccountId::from_address(&realm.governor);
    let soon = client.dry_run(&own, realm.governor, 0, &governor::set_rules(rules)).await;
    assert_refused!(soon, governor::Error::ChangedTooSoon { .. });
    let quorum = florin_governance::rules::Rules { quorum: Bps::from_raw(1_499), ..rules };
    let far = client.dry_run(&own, realm.governor, 0, &governor::set_rules(quorum)).await;
    let (rule, actual, minimum, maximum) = (Rule::Quorum, 1_499, 1_500, 2_500);
    refused(far.map(|_| ()), &governor::Error::Rule(RuleError { rule, actual, minimum, maximum }));
    Ok(())
}

/// A turn shortly before the end leaves time to answer it.
pub async fn a_late_swing_extends_the_vote<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    realm.world.advance(VOTING_DELAY).await?;
    let vote = |support| governor::vote(id, support, String::new());
    realm.call(&realm.voters[1], 0, &vote(Support::Against)).await?;
    let end = client.read(realm.governor, &governor::proposal(id)).await?.expect("made").ends_at;
    let now = realm.world.suite.now().await?;
    realm.world.advance(end.raw() - now.raw() - 60).await?;
    realm.call(&realm.voters[0], 0, &vote(Support::For)).await?;
    let record = client.read(realm.governor, &governor::proposal(id)).await?.expect("made");
    assert_eq!((record.extensions, record.ends_at > end), (1, true));
    realm.world.advance(3_600).await?;
    assert_eq!(realm.status(id).await?, Status::Active, "its first end is past");
    realm.call(&realm.voters[2], 0, &vote(Support::Against)).await?;
    realm.world.advance(2 * 86_400).await?;
    // 300,000 for, 300,000 against.
    assert_eq!(realm.status(id).await?, Status::Defeated);
    let tried = realm.call(&realm.voters[0], 0, &governor::queue(id)).await;
    refused(tried, &wrong_status(Status::Defeated, Status::Succeeded));
    Ok(())
}

/// Voters can take the deposit of a proposal that abuses them.
pub async fn voters_slash_the_deposit_of_an_abuse<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    let [first, second, third] = &realm.voters;
    let settle = governor::settle(id, first.account().to_address());
    let tried = realm.call(first, 0, &settle).await;
    refused(tried, &wrong_status(Status::Pending, Status::Defeated));
    realm.world.advance(VOTING_DELAY).await?;
    realm.call(second, 0, &governor::vote(id, Support::AgainstAndSlash, String::new())).await?;
    realm.call(third, 0, &governor::vote(id, Support::AgainstAndSlash, String::new())).await?;
    realm.world.advance(VOTING_PERIOD).await?;
    let held = client.chain().balance_of_address(&realm.governor).await?;
    assert_eq!(realm.call(third, 0, &settle).await?.value, 0, "what is slashed anybody may settle");
    assert_eq!(client.read(realm.governor, &governor::summary()).await?.deposits, 0);
    assert_eq!(client.chain().balance_of_address(&realm.governor).await?, held, "the governor keeps it");
    Ok(())
}

/// The guardian stops what it may stop until its term ends, in every contract, and nothing afterwards.
pub async fn a_guardian_past_its_term_is_refused<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let suite = &realm.world.suite;
    let client = &suite.client;
    let guardian = realm.world.guardian.clone();
    let account = guardian.account().to_address();
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    realm.carry(&[id]).await?;
    refused(realm.call(&realm.voters[0], 0, &governor::cancel(id)).await, &Refused(ProposalError::MayNotCancel));
    realm.call(&guardian, 0, &governor::cancel(id)).await?;
    assert_eq!(realm.status(id).await?, Status::Cancelled);
    realm.world.advance(TIMELOCK).await?;
    let execute = governor::execute(id, vec![raise_fee(&realm).0]);
    let tried = realm.call(&realm.voters[0], 0, &execute).await;
    refused(tried, &wrong_status(Status::Cancelled, Status::Ready));

    realm.world.advance(GUARDIAN_TERM).await?;
    let later = realm.propose(&[raise_fee(&realm).0], None).await?;
    let (_, _, _, until) = client.read(suite.vaults, &vaults::role_holders()).await?;
    let expired = RoleError::GuardianExpired { caller: account.0, until: Timestamp::from_raw(until) };
    let tried = realm.world.call_vaults(&guardian, 0, &vaults::pause(Operation::Draws)).await;
    refused(tried, &vaults::Error::Vault(VaultError::Role(expired)));
    let params = suite.collateral_type(0).await?.params;
    let tried = realm.world.call_vaults(&guardian, 0, &vaults::tighten(0, params)).await;
    refused(tried, &vaults::Error::Vault(VaultError::Role(expired)));
    let tried = client.call(&guardian, suite.token, 0, &token::pause_minting()).await;
    assert_refused!(tried, token::CoinError::GuardianExpired { .. });
    let tried = client.call(&guardian, suite.oracle, 0, &oracle::freeze(NATIVE_FEED)).await;
    assert_refused!(tried, florin_stable::oracle::OracleError::Role(RoleError::GuardianExpired { .. }));
    let tried = realm.call(&guardian, 0, &governor::cancel(later)).await;
    assert_refused!(tried, governor::Error::Role(RoleError::GuardianExpired { .. }));
    Ok(())
}

/// The guardian tightens at once, and only tightens: an attack is stopped without a vote, and no risk is raised without one.
pub async fn the_defensive_track_only_lowers_risk<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let suite = &realm.world.suite;
    let (guardian, owner) = (realm.world.guardian.clone(), realm.world.person(1).await?);
    realm.world.open(&owner, 100, 1_000).await?;
    let params = suite.collateral_type(0).await?.params;
    let tighten = |params| vaults::tighten(0, params);
    let lower = CollateralParams {
        debt_ceiling: coins(1_000),
        gap: coins(1_000),
        safety_ratio: Bps::from_raw(16_000),
        line_interval: Seconds::from_raw(7_200),
        ..params
    };
    let stranger = realm.world.person(2).await?;
    let tried = realm.world.call_vaults(&stranger, 0, &tighten(lower)).await;
    assert_refused!(tried, vaults::Error::Vault(VaultError::Role(RoleError::NotGuardian { .. })));
    realm.world.call_vaults(&guardian, 0, &tighten(lower)).await?;
    assert_eq!(suite.collateral_type(0).await?.params, lower);
    // The attack ends here: nothing more can be drawn.
    let tried = realm.world.open(&owner, 100, 1_000).await;
    assert_refused!(tried, vaults::Error::Vault(VaultError::DebtCeilingExceeded { .. }));
    // And back is not possible without a vote, nor is anything that would sell a position.
    for (parameter, raised) in [
        (Parameter::DebtCeiling, CollateralParams { debt_ceiling: params.debt_ceiling, ..lower }),
        (Parameter::Gap, CollateralParams { gap: coins(1_001), ..lower }),
        (Parameter::SafetyRatio, CollateralParams { safety_ratio: params.safety_ratio, ..lower }),
        (Parameter::LineInterval, CollateralParams { line_interval: params.line_interval, ..lower }),
        (Parameter::LiquidationRatio, CollateralParams { liquidation_ratio: Bps::from_raw(15_999), ..lower }),
        (Parameter::StabilityFee, CollateralParams { stability_fee: Ray::ONE, ..lower }),
        (Parameter::MaxPriceAge, CollateralParams { max_price_age: Seconds::from_raw(1), ..lower }),
    ] {
        let expected =
            VaultError::NotDefensive { parameter, current: lower.value(parameter), proposed: raised.value(parameter) };
        let tried = realm.world.call_vaults(&guardian, 0, &tighten(raised)).await;
        refused(tried, &vaults::Error::Vault(expected));
    }
    // The same for what a minter may mint.
    let client = &suite.client;
    let (ceiling, limit, ..) = client.read(suite.token, &token::minter(suite.vaults)).await?;
    let lower = |ceiling, limit| token::lower_limits(suite.vaults, ceiling, limit);
    let tried = client.call(&guardian, suite.token, 0, &lower(ceiling + 1, limit)).await;
    assert_refused!(tried, token::CoinError::NotDefensive { .. });
    let tried = client.call(&guardian, suite.token, 0, &lower(ceiling, limit + 1)).await;
    assert_refused!(tried, token::CoinError::NotDefensive { .. });
    client.call(&guardian, suite.token, 0, &lower(0, 0)).await?;
    let tried = client.call(&guardian, suite.token, 0, &lower(ceiling, limit)).await;
    assert_refused!(tried, token::CoinError::NotDefensive { .. });
    check_books(&realm.world).await
}

/// A proposal that was made before a defence repeats the old values and would undo it; while the defence stands it fails, and what
/// tightens more goes through. Holders end the defence by a vote that says so.
pub async fn an_old_proposal_cannot_undo_a_defence<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let suite = &realm.world.suite;
    let (client, guardian, someone) = (&suite.client, realm.world.guardian.clone(), realm.voters[2].clone());
    let (raise, params) = raise_fee(&realm);
    let (ceiling, limit, ..) = client.read(suite.token, &token::minter(suite.vaults)).await?;
    let more = call(suite.token, &token::set_minter(suite.vaults, ceiling, limit, 0));
    let (raises, mores) = (vec![raise], vec![more]);
    let (fee, mint) = (realm.propose(&raises, None).await?, realm.propose(&mores, None).await?);
    realm.carry(&[fee, mint]).await?;
    realm.world.advance(TIMELOCK).await?;

    let lower = CollateralParams { debt_ceiling: coins(1), ..suite.collateral_type(0).await?.params };
    realm.world.call_vaults(&guardian, 0, &vaults::tighten(0, lower)).await?;
    client.call(&guardian, suite.token, 0, &token::lower_limits(suite.vaults, ceiling / 2, limit / 2)).await?;
    assert!(client.read(suite.vaults, &vaults::is_defended(0)).await?);
    let tried = realm.call(&someone, 0, &governor::execute(fee, raises)).await;
    refused(tried, &governor::Error::CallFailed { place: 0, target: suite.vaults });
    let tried = realm.call(&someone, 0, &governor::execute(mint, mores)).await;
    refused(tried, &governor::Error::CallFailed { place: 0, target: suite.token });
    assert_eq!(suite.collateral_type(0).await?.params, lower);

    // Holders may change what is not defended, and end the defence.
    let fee_only = CollateralParams { stability_fee: params.stability_fee, ..lower };
    realm.enact(&[call(suite.vaults, &vaults::set_collateral_params(0, fee_only))]).await?;
    assert_eq!(suite.collateral_type(0).await?.params, fee_only);
    let both = [
        call(suite.vaults, &vaults::end_defence(0)),
        call(suite.vaults, &vaults::set_collateral_params(0, params)),
        call(suite.token, &token::end_defence(suite.vaults)),
        call(suite.token, &token::set_minter(suite.vaults, ceiling, limit, 0)),
    ];
    realm.enact(&both).await?;
    assert_eq!(suite.collateral_type(0).await?.params, params);
    assert!(!client.read(suite.vaults, &vaults::is_defended(0)).await?);
    let (after, ..) = client.read(suite.token, &token::minter(suite.vaults)).await?;
    assert_eq!(after, ceiling);
    Ok(())
}

/// After the hand-over the deployer has nothing left, and every role is the governor's.
pub async fn every_role_belongs_to_the_governor_after_handover<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let suite = &realm.world.suite;
    let client = &suite.client;
    let tried = realm.call(&realm.voters[0], 0, &governor::accept_role(suite.vaults)).await;
    refused(tried, &governor::Error::RoleNotAccepted { contract: suite.vaults });
    realm.hand_over().await?;
    // Again is no harm: a deployment that somebody else helped along goes on.
    realm.call(&realm.voters[0], 0, &governor::accept_role(suite.vaults)).await?;
    // Somebody without a contract has no role to hand over.
    let nobody = realm.voters[1].account().to_address();
    let tried = realm.call(&realm.voters[0], 0, &governor::accept_role(nobody)).await;
    refused(tried, &governor::Error::RoleNotAccepted { contract: nobody });
    let holders = [
        client.read(suite.token, &token::role_holders()).await?,
        client.read(suite.oracle, &oracle::role_holders()).await?,
        client.read(suite.vaults, &vaults::role_holders()).await?,
    ];
    let guardian = realm.world.guardian.account().to_address();
    for (holder, pending, guards, until) in holders {
        assert_eq!((holder, pending, guards), (realm.governor, Address::zero(), guardian));
        assert!(until > realm.world.suite.now().await?.raw());
    }
    let deployer = realm.world.governor.account().to_address();
    let tried = realm.world.govern_vaults(&vaults::name_governor(deployer)).await;
    assert_refused!(tried, vaults::Error::Vault(VaultError::Role(RoleError::NotGovernor { .. })));
    let tried = realm.world.govern_token(&token::set_minter(deployer, 1, 1, 0)).await;
    assert_refused!(tried, token::CoinError::NotAuthorised { .. });
    let tried = realm.world.govern_oracle(&oracle::remove_feeder(NATIVE_FEED, deployer)).await;
    assert_refused!(tried, florin_stable::oracle::OracleError::Role(RoleError::NotGovernor { .. }));
    // What the governor holds it can hand on, in two steps, to a successor: by a vote.
    let successor = realm.world.person(130).await?;
    let address = successor.account().to_address();
    realm.enact(&[call(suite.oracle, &oracle::name_governor(address))]).await?;
    let (holder, pending, ..) = client.read(suite.oracle, &oracle::role_holders()).await?;
    assert_eq!((holder, pending), (realm.governor, address));
    client.call(&successor, suite.oracle, 0, &oracle::accept_governor()).await?;
    let (holder, pending, ..) = client.read(suite.oracle, &oracle::role_holders()).await?;
    assert_eq!((holder, pending), (address, Address::zero()));
    Ok(())
}

/// T5: who is to mint waits for vote and timelock, in which the guardian can stop it; no single key adds a minter and mints.
pub async fn t05_a_new_minter_waits_for_the_timelock<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let suite = &realm.world.suite;
    let client = &suite.client;
    let minter = realm.world.person(112).await?;
    let account = minter.account().to_address();
    let limit = coins(1_000).raw();
    let add = token::set_minter(account, limit, limit, 2);
    let mint = token::mint(account, coins(1).raw());
    for key in [&realm.world.governor, &realm.world.guardian, &realm.voters[0], &minter] {
        let tried = client.call(key, suite.token, 0, &add).await;
        assert_refused!(tried, token::CoinError::NotAuthorised { .. });
    }
    let calls = vec![call(suite.token, &add)];
    let stopped = realm.propose(&calls, None).await?;
    let id = realm.propose(&calls, None).await?;
    realm.carry(&[stopped, id]).await?;
    realm.world.advance(TIMELOCK - 60).await?;
    let tried = realm.call(&minter, 0, &governor::execute(id, calls.clone())).await;
    refused(tried, &wrong_status(Status::Queued, Status::Ready));
    let tried = client.call(&minter, suite.token, 0, &mint).await;
    assert_refused!(tried, token::CoinError::NotMinter { .. });
    realm.call(&realm.world.guardian, 0, &governor::cancel(stopped)).await?;
    realm.world.advance(60).await?;
    let tried = realm.call(&minter, 0, &governor::execute(stopped, calls.clone())).await;
    refused(tried, &wrong_status(Status::Cancelled, Status::Ready));
    realm.call(&minter, 0, &governor::execute(id, calls)).await?;
    client.call(&minter, suite.token, 0, &mint).await?;
    let tried = client.call(&minter, suite.token, 0, &token::mint(account, coins(500).raw())).await;
    assert_refused!(tried, token::CoinError::BucketExceeded { .. });
    Ok(())
}

/// What a vote costs does not depend on how many others voted or hold votes.
pub async fn a_vote_costs_the_same_among_many<C: DevChain + Clone>(chain: C, crowd: u32) -> Result<(), HarnessError> {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let [first, second, third] = &realm.voters;
    let cost_of = |id: u32, voter: &Signer| {
        let account = voter.account();
        async move {
            let vote = governor::vote(id, Support::For, String::new());
            let tried = client.dry_run(&account, realm.governor, 0, &vote).await?;
            Ok::<_, HarnessError>((tried.weight, tried.storage_deposit))
        }
    };
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    realm.world.advance(VOTING_DELAY).await?;
    realm.call(second, 0, &governor::vote(id, Support::For, String::new())).await?;
    let few = cost_of(id, third).await?;
    for number in 0..crowd {
        let mut bytes = [9; 20];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        client.call(first, realm.votes, 0, &votes::transfer(Address::from(bytes), 1.into())).await?;
    }
    let id = realm.propose(&[raise_fee(&realm).0], None).await?;
    realm.world.advance(VOTING_DELAY).await?;
    realm.call(second, 0, &governor::vote(id, Support::For, String::new())).await?;
    let many = cost_of(id, third).await?;
    assert_eq!(few, many, "a vote among few and among {crowd} more holders");
    Ok(())
}

/// The bot queues what is carried, executes what is due, and says what is stuck and why.
pub async fn the_executor_queues_and_executes_what_is_due<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let client = realm.world.suite.client.clone();
    let mut bot = ExecuteKeeper::new(client, realm.governor, realm.world.person(140).await?);
    let (raise, params) = raise_fee(&realm);
    let failing = call(realm.world.suite.vaults, &vaults::set_collateral_params(9, params));
    let good = realm.propose(&[raise], None).await?;
    let bad = realm.propose(&[failing], None).await?;
    let lost = realm.propose(&[call(realm.governor, &governor::set_rules(governance_rules()))], None).await?;
    realm.world.advance(VOTING_DELAY).await?;
    for id in [good, bad] {
        for voter in &realm.voters {
            realm.call(voter, 0, &governor::vote(id, Support::For, String::new())).await?;
        }
    }
    assert_eq!(bot.step().await?, ExecuteReport::default(), "nothing is due while there are votes");
    realm.world.advance(VOTING_PERIOD).await?;
    let report = bot.step().await?;
    assert_eq!((report.queued, report.executed, report.stuck), (vec![good, bad], vec![], vec![]));
    assert_eq!(bot.step().await?, ExecuteReport::default(), "nothing is due in the timelock");
    realm.world.advance(TIMELOCK).await?;
    let report = bot.step().await?;
    let failed = governor::Error::CallFailed { place: 0, target: realm.world.suite.vaults };
    assert_eq!((report.executed, report.stuck), (vec![good], vec![(bad, Stuck::Refused(failed))]));
    assert!(report.fees > 0);
    assert_eq!(fee_of(&realm).await?, params.stability_fee);
    assert_eq!(realm.status(lost).await?, Status::Defeated);
    realm.world.advance(8 * 86_400).await?;
    assert_eq!(bot.step().await?, ExecuteReport::default(), "what was stuck has expired");
    assert_eq!(realm.status(bad).await?, Status::Expired);
    Ok(())
}

/// A proposal whose call calls back into the governor gets nowhere: what it executes is executed already, and nothing else lets it in.
pub async fn a_call_of_a_proposal_cannot_reenter_the_governor<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let someone = realm.voters[2].clone();
    // A proposal that executes another one, and one that executes itself.
    let inner = vec![raise_fee(&realm).0];
    let first = realm.propose(&inner, None).await?;
    let nested = vec![call(realm.governor, &governor::execute(first, inner.clone()))];
    let second = realm.propose(&nested, None).await?;
    let queue = vec![call(realm.governor, &governor::queue(first))];
    let third = realm.propose(&queue, None).await?;
    realm.carry(&[first, second, third]).await?;
    realm.world.advance(TIMELOCK).await?;
    let tried = realm.call(&someone, 0, &governor::execute(third, queue)).await;
    refused(tried, &governor::Error::CallFailed { place: 0, target: realm.governor });
    // The inner one's call goes to the vaults, whose governor is the deployer here: it fails inside, and everything is undone.
    let tried = realm.call(&someone, 0, &governor::execute(second, nested)).await;
    refused(tried, &governor::Error::CallFailed { place: 0, target: realm.governor });
    for id in [first, second, third] {
        assert_eq!(realm.status(id).await?, Status::Ready);
    }
    assert_eq!(client.read(realm.governor, &governor::summary()).await?.proposals, 3);
    Ok(())
}

/// Rules that change during a vote are not those of the vote.
pub async fn rules_of_a_running_vote_do_not_change<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let client = &realm.world.suite.client;
    let rules = florin_governance::rules::Rules { quorum: Bps::from_raw(2_500), ..governance_rules() };
    let change = vec![call(realm.governor, &governor::set_rules(rules))];
    let id = realm.propose(&change, None).await?;
    realm.carry(&[id]).await?;
    realm.world.advance(TIMELOCK - VOTING_DELAY).await?;
    let running = realm.propose(&[raise_fee(&realm).0], None).await?;
    let before = client.read(realm.governor, &governor::proposal(running)).await?.expect("made");
    realm.world.advance(VOTING_DELAY).await?;
    let voter = &realm.voters[1];
    realm.call(voter, 0, &governor::vote(running, Support::For, String::new())).await?;
    realm.call(voter, 0, &governor::execute(id, change)).await?;
    assert_eq!(client.read(realm.governor, &governor::current_rules()).await?, rules);
    realm.world.advance(VOTING_PERIOD).await?;
    // Two tenths of the votes: enough for the old quorum, not for the new one.
    assert_eq!(realm.status(running).await?, Status::Succeeded);
    let after = client.read(realm.governor, &governor::proposal(running)).await?.expect("made");
    assert_eq!((after.quorum, after.ends_at, after.timelock), (before.quorum, before.ends_at, before.timelock));
    Ok(())
}

/// A carried proposal pays what the governor has, and not what it keeps for proposers.
pub async fn deposits_of_others_cannot_be_paid_out<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let client = &realm.world.suite.client;
    let taker = realm.world.person(120).await?.account().to_address();
    // Its own deposit is kept until it is settled: even that it cannot pay out.
    let pay = |amount: u128| vec![Call { target: taker.0, value: amount, data: Vec::new() }];
    let (all, more) = (native(10).raw(), native(20).raw());
    let one = realm.propose(&pay(all), None).await?;
    let two = realm.propose(&pay(more), None).await?;
    realm.carry(&[one, two]).await?;
    realm.world.advance(TIMELOCK).await?;
    for (id, amount) in [(one, all), (two, more)] {
        let tried = realm.call(&realm.voters[2], 0, &governor::execute(id, pay(amount))).await;
        assert_refused!(tried, governor::Error::NotCovered { .. } | governor::Error::CallFailed { .. });
        assert_eq!(realm.status(id).await?, Status::Ready);
    }
    assert_eq!(client.read(realm.governor, &governor::summary()).await?.deposits, native(20).raw());
    Ok(())
}
