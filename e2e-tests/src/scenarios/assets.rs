//! Collateral that misbehaves.

use florin_bindings::vaults;
use florin_client::{
    account::AccountId,
    bundle::Bundles,
    chain::{Address, DevChain},
    signer::Signer,
};
use florin_stable::collateral::Asset;
use florin_units::{Amount, U256};
use parity_scale_codec::{Decode, Encode};

use super::{approve_asset, asset_balance, check_books, refusal, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, World},
};

/// A payout that an asset refuses because its holder is frozen waits; the position and everybody else go on.
pub async fn frozen_payout_becomes_claimable<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain.clone()).await?;
    let asset = chain.create_asset(78, 6, 1).await?;
    world.add_feed(1).await?;
    world.govern_vaults(&vaults::add_collateral(1, collateral_params(Asset::Erc20(asset.0), 6, 1))).await?;
    world.report(1, dollars(1)).await?;
    let (owner, other) = (world.person(1).await?, world.person(2).await?);
    chain.mint_asset(78, &owner.account(), 1_000_000).await?;
    // The other account exists in the asset, so that it can receive.
    chain.mint_asset(78, &other.account(), 1_000_000).await?;
    approve_asset(&world, &owner, asset).await?;
    let amount = Amount::from_raw(600_000);
    let id = world.call_vaults(&owner, 0, &vaults::open(1, amount, coins(0))).await?.value;

    // What the vaults hold is frozen: no payout of this asset can be delivered.
    let holder = florin_client::account::AccountId::from_address(&world.suite.vaults);
    chain.freeze_asset(78, &holder, true).await?;
    world.call_vaults(&owner, 0, &vaults::withdraw(id, amount)).await?;
    let account = owner.account().to_address();
    let claimable = vaults::claimable(account, asset);
    assert_eq!(world.suite.client.read(world.suite.vaults, &claimable).await?.0, amount);
    assert_eq!(world.suite.client.read(world.suite.vaults, &vaults::liabilities(asset)).await?, amount);
    let claim = vaults::claim(asset, other.account().to_address());
    assert_refused!(world.call_vaults(&owner, 0, &claim).await, vaults::Error::CollateralTransferFailed { .. });
    assert_refused!(world.call_vaults(&other, 0, &claim).await, vaults::Error::NothingToClaim);

    chain.freeze_asset(78, &holder, false).await?;
    world.call_vaults(&owner, 0, &claim).await?;
    assert_eq!(world.suite.client.read(world.suite.vaults, &claimable).await?.0, Amount::ZERO);
    assert_eq!(world.suite.client.read(world.suite.vaults, &vaults::liabilities(asset)).await?, Amount::ZERO);
    check_books(&world).await
}

/// What the hostile token does with a transfer; the numbers are its own.
pub(super) const HONEST: u8 = 0;
pub(super) const RETURNS_FALSE: u8 = 1;
pub(super) const REENTERS: u8 = 2;
pub(super) const TAKES_FEE: u8 = 3;
pub(super) const REVERTS: u8 = 4;
pub(super) const RETURNS_NOTHING: u8 = 5;
pub(super) const LIES: u8 = 6;
pub(super) const DENIES: u8 = 7;
pub(super) const SPINS: u8 = 8;
pub(super) const FALLS_SILENT: u8 = 9;
pub(super) const REENTERS_APART: u8 = 10;
pub(super) const READS: u8 = 11;
/// Behaviour of the hostile token: read much of what it has not stored, and then move what it should.
pub(super) const READS_AND_MOVES: u8 = 12;

/// The hostile token, honest so far, as collateral type 1 at a dollar; the owner has ten thousand of it and has allowed them.
pub(super) async fn hostile_collateral<C: DevChain>(
    world: &World<C>,
    owner: &Signer,
) -> Result<Address, crate::harness::HarnessError> {
    let hostile = hostile_token(world).await?;
    world.add_feed(1).await?;
    world.govern_vaults(&vaults::add_collateral(1, collateral_params(Asset::Erc20(hostile.0), 18, 1))).await?;
    world.report(1, dollars(1)).await?;
    mint_hostile(world, owner, hostile).await?;
    approve_asset(world, owner, hostile).await?;
    Ok(hostile)
}

/// The hostile token, honest so far, with 18 decimals; nobody has any.
pub(super) async fn hostile_token<C: DevChain>(world: &World<C>) -> Result<Address, crate::harness::HarnessError> {
    let bundle = Bundles::find().load("florin_hostile_token")?;
    let governor = &world.governor;
    let upload = world.suite.client.upload(governor, &bundle.code).await?;
    let data = (selector("new"), U256::zero(), 18u8).encode();
    Ok(world.suite.client.instantiate_raw(governor, upload.code_hash, "new", data, 0, None).await?.address)
}

/// Ten thousand of the hostile token for somebody.
pub(super) async fn mint_hostile<C: DevChain>(world: &World<C>, owner: &Signer, hostile: Address) -> Outcome {
    let account = owner.account().to_address();
    send(world, owner, hostile, (selector("mint"), account, U256::from(coins(10_000).raw())).encode()).await
}

/// Whom the hostile token denies, and does not allow where it is asked.
pub(super) async fn deny<C: DevChain>(world: &World<C>, owner: &Signer, hostile: Address, account: Address) -> Outcome {
    prepare_call(world, owner, hostile, account, Vec::new()).await
}

/// What the hostile token calls where it calls back, and answers where it is asked as a court.
pub(super) async fn prepare_call<C: DevChain>(
    world: &World<C>,
    owner: &Signer,
    hostile: Address,
    target: Address,
    call: Vec<u8>,
) -> Outcome {
    send(world, owner, hostile, (selector("setReentry"), target, call).encode()).await
}

/// Has the hostile token call a contract in its own name, as a contract that is a party does; false where it is refused.
pub(super) async fn forward<C: DevChain>(
    world: &World<C>,
    sender: &Signer,
    hostile: Address,
    target: Address,
    call: Vec<u8>,
) -> Result<bool, crate::harness::HarnessError> {
    let (client, data) = (&world.suite.client, (selector("forward"), target, call).encode());
    let tried = client.try_raw(&sender.account(), hostile, 0, data.clone()).await?;
    if !tried.value.reverted {
        client.send_raw(sender, hostile, 0, data, &tried.limits).await?;
    }
    Ok(!tried.value.reverted)
}

/// How many calls of the hostile token back into a contract were done, and how many were refused.
pub(super) async fn reentries<C: DevChain>(
    world: &World<C>,
    hostile: Address,
) -> Result<(u32, u32), crate::harness::HarnessError> {
    let nobody = AccountId::from_address(&Address::zero());
    let answer = world.suite.client.try_raw(&nobody, hostile, 0, selector("reentries").to_vec()).await?.value;
    let (_, done, refused) = <(u8, u32, u32)>::decode(&mut &answer.data[..]).expect("two numbers, after a mark");
    Ok((done, refused))
}

/// What the hostile token calls in the middle of a transfer when it re-enters.
pub(super) async fn reenter_with<C: DevChain>(
    world: &World<C>,
    owner: &Signer,
    hostile: Address,
    target: Address,
    call: Vec<u8>,
) -> Outcome {
    prepare_call(world, owner, hostile, target, call).await?;
    behave(world, owner, hostile, REENTERS).await
}

/// A collateral token that returns false, nothing or a lie, takes a fee, reverts or re-enters gains nothing.
pub async fn hostile_collateral_leaves_no_trace<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let account = owner.account().to_address();
    let hostile = hostile_collateral(&world, &owner).await?;
    let thousand = Amount::from_raw(coins(1_000).raw());
    let open = vaults::open(1, thousand, coins(0));
    let id = world.call_vaults(&owner, 0, &open).await?.value;
    let before = state(&world, hostile, id).await?;

    for behaviour in [RETURNS_FALSE, RETURNS_NOTHING, LIES, TAKES_FEE, REVERTS] {
        behave(&world, &owner, hostile, behaviour).await?;
        let tried = world.call_vaults(&owner, 0, &vaults::deposit(id, thousand)).await;
        match tried {
            Err(florin_client::contract::CallError::Refused {
                error: vaults::Error::CollateralTransferFailed { .. } | vaults::Error::CollateralTransferMismatch { .. },
                ..
            }) => {}
            other => panic!("behaviour {behaviour}: {other:?}"),
        }
        assert_eq!(state(&world, hostile, id).await?, before, "behaviour {behaviour} left a trace");
    }

    // It tries to withdraw the owner's collateral in the middle of the owner's deposit.
    let reentry = (selector("withdraw"), id, thousand).encode();
    reenter_with(&world, &owner, hostile, world.suite.vaults, reentry).await?;
    let tried = world.call_vaults(&owner, 0, &vaults::deposit(id, thousand)).await;
    assert_refused!(tried, vaults::Error::CollateralTransferFailed { .. });
    assert_eq!(state(&world, hostile, id).await?, before, "the attempt to re-enter left a trace");

    // On the way out nobody but its own holders is hurt: what it does not deliver stays owed until it behaves.
    let part = Amount::from_raw(coins(300).raw());
    let suite = &world.suite;
    let (claim, claimable) = (vaults::claim(hostile, account), vaults::claimable(account, hostile));
    let liabilities = vaults::liabilities(hostile);
    for behaviour in [RETURNS_FALSE, REENTERS, REVERTS] {
        let owed = suite.client.read(suite.vaults, &liabilities).await?;
        let balance = asset_balance(&world, hostile, account).await?;
        behave(&world, &owner, hostile, behaviour).await?;
        world.call_vaults(&owner, 0, &vaults::withdraw(id, part)).await?;
        assert_eq!(suite.client.read(suite.vaults, &claimable).await?.0, part, "behaviour {behaviour}");
        assert_eq!(suite.client.read(suite.vaults, &liabilities).await?, owed, "behaviour {behaviour}");
        assert_eq!(asset_balance(&world, hostile, account).await?, balance, "behaviour {behaviour}");
        let tried = world.call_vaults(&owner, 0, &claim).await;
        assert_refused!(tried, vaults::Error::CollateralTransferFailed { .. });
        check_books(&world).await?;

        behave(&world, &owner, hostile, HONEST).await?;
        assert_eq!(world.call_vaults(&owner, 0, &claim).await?.value, part, "behaviour {behaviour}");
        assert_eq!(suite.client.read(suite.vaults, &claimable).await?.0, Amount::ZERO);
        assert_eq!(owed.checked_sub(part), Ok(suite.client.read(suite.vaults, &liabilities).await?));
        assert_eq!(asset_balance(&world, hostile, account).await?, balance + U256::from(part.raw()));
        check_books(&world).await?;
    }

    // Where it moves and does not say so, the payout would be owed and be gone: the whole message is undone.
    let rest = suite.position(id).await?.expect("a hundred are left").collateral;
    let before = state(&world, hostile, id).await?;
    behave(&world, &owner, hostile, RETURNS_NOTHING).await?;
    let refused = refusal(&world, &owner, suite.vaults, &vaults::withdraw(id, rest)).await?;
    assert_eq!(refused, vaults::Error::NotCovered { asset: hostile, owed: rest, held: U256::zero() });
    assert_eq!(state(&world, hostile, id).await?, before, "a payout without an answer left a trace");
    behave(&world, &owner, hostile, HONEST).await?;
    world.call_vaults(&owner, 0, &vaults::withdraw(id, rest)).await?;
    assert_eq!(suite.client.read(suite.vaults, &liabilities).await?, Amount::ZERO);
    check_books(&world).await
}

/// Send units of an ERC-20, by its Solidity interface.
pub async fn give_asset<C: DevChain>(
    world: &World<C>,
    from: &Signer,
    asset: Address,
    to: Address,
    amount: Amount,
) -> Outcome {
    let mut data = vec![0xa9, 0x05, 0x9c, 0xbb];
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(to.as_bytes());
    data.extend_from_slice(&[0; 16]);
    data.extend_from_slice(&amount.raw().to_be_bytes());
    send(world, from, asset, data).await
}

/// The first four bytes of the BLAKE2 hash of a message's name, by which contracts know it.
fn selector(name: &str) -> [u8; 4] {
    use blake2::{digest::consts::U32, Blake2b, Digest};
    let hash = Blake2b::<U32>::digest(name);
    [hash[0], hash[1], hash[2], hash[3]]
}

pub(super) async fn behave<C: DevChain>(world: &World<C>, owner: &Signer, hostile: Address, behaviour: u8) -> Outcome {
    send(world, owner, hostile, (selector("setBehaviour"), behaviour, 100u128).encode()).await
}

async fn send<C: DevChain>(world: &World<C>, owner: &Signer, to: Address, data: Vec<u8>) -> Outcome {
    let tried = world.suite.client.try_raw(&owner.account(), to, 0, data.clone()).await?;
    assert!(!tried.value.reverted, "{to:?} refused 0x{}", hex::encode(&data));
    world.suite.client.send_raw(owner, to, 0, data, &tried.limits).await?;
    Ok(())
}

/// Everything of the vaults that a deposit could change.
async fn state<C: DevChain>(
    world: &World<C>,
    hostile: Address,
    id: u64,
) -> Result<String, crate::harness::HarnessError> {
    let suite = &world.suite;
    let owed = suite.client.read(suite.vaults, &vaults::liabilities(hostile)).await?;
    Ok(format!(
        "{:?} {:?} {:?} {owed:?}",
        suite.position(id).await?,
        suite.collateral_type(1).await?,
        suite.ledger().await?
    ))
}

/// Two types of one token: what is owed counts by the asset, what a position may take by the position. Neither type pays for the other.
pub async fn two_types_of_one_token_do_not_pay_for_each_other<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain.clone()).await?;
    let asset = chain.create_asset(83, 6, 1).await?;
    world.add_feed(1).await?;
    for id in [1, 2] {
        world.govern_vaults(&vaults::add_collateral(id, collateral_params(Asset::Erc20(asset.0), 6, 1))).await?;
    }
    world.report(1, dollars(1)).await?;
    let (one, other) = (world.person(1).await?, world.person(2).await?);
    let mut positions = Vec::new();
    for (owner, collateral_type, amount) in [(&one, 1, 600_000u128), (&other, 2, 400_000)] {
        chain.mint_asset(83, &owner.account(), 1_000_000).await?;
        approve_asset(&world, owner, asset).await?;
        let open = vaults::open(collateral_type, Amount::from_raw(amount), coins(0));
        positions.push(world.call_vaults(owner, 0, &open).await?.value);
    }
    let owed = vaults::liabilities(asset);
    assert_eq!(world.suite.client.read(world.suite.vaults, &owed).await?, Amount::from_raw(1_000_000));
    // The contract holds enough for it; the position does not.
    let more = vaults::withdraw(positions[0], Amount::from_raw(600_001));
    assert_refused!(
        world.call_vaults(&one, 0, &more).await,
        vaults::Error::Vault(florin_stable::VaultError::InsufficientCollateral { .. })
    );
    world.call_vaults(&one, 0, &vaults::withdraw(positions[0], Amount::from_raw(600_000))).await?;
    assert_eq!(world.suite.client.read(world.suite.vaults, &owed).await?, Amount::from_raw(400_000));
    assert_eq!(world.suite.collateral_type(1).await?.state.total_collateral, Amount::ZERO);
    assert_eq!(world.suite.collateral_type(2).await?.state.total_collateral, Amount::from_raw(400_000));
    world.call_vaults(&other, 0, &vaults::withdraw(positions[1], Amount::from_raw(400_000))).await?;
    check_books(&world).await
}
