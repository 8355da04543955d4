//! The suite on a chain, as scenarios, the demo and the bench use it: deployed, priced, with people to act.

use florin_bindings::{arbitration, escrow, governor, oracle, title, token, vaults, votes, Message, NoError};
use florin_client::{
    bundle::{BundleError, Bundles},
    chain::{Address, DevChain, Wait},
    contract::{CallError, Client, Done, InstantiateError},
    deploy::DeployError,
    error::ChainError,
    governance::GovernanceError,
    quote::QuoteError,
    signer::{Signer, SignerError},
    upgrade::UpgradeError,
};
use florin_governance::{
    action::Call,
    proposal::{Status, Support},
    rules::Rules,
};
use florin_keeper::{KeeperError, Suite};
use florin_stable::{
    collateral::{Asset, AuctionParams, CollateralParams, Curve},
    oracle::FeedConfig,
};
use florin_units::{Amount, Bps, Price, Ray, Seconds, Wad, RAY_ONE, U256, WAD_ONE};
use parity_scale_codec::Decode;

/// Planck in one native token.
pub const UNIT: u128 = 10_000_000_000;
/// The guardian's term, in seconds: a year.
pub const GUARDIAN_TERM: u64 = 365 * 86_400;
/// Time between a proposal and the first vote, in seconds.
pub const VOTING_DELAY: u64 = 86_400;
/// Time in which votes are taken, in seconds.
pub const VOTING_PERIOD: u64 = 3 * 86_400;
/// Time between queueing and execution, in seconds.
pub const TIMELOCK: u64 = 2 * 86_400;
/// The feed of the native token's price.
pub const NATIVE_FEED: u32 = 0;

/// What went wrong in a scenario, a demo or a bench.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// The chain did not do it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The coin refused.
    #[error(transparent)]
    Coin(#[from] CallError<token::CoinError>),
    /// The oracle refused.
    #[error(transparent)]
    Oracle(#[from] CallError<florin_stable::oracle::OracleError>),
    /// The vaults refused.
    #[error(transparent)]
    Vaults(#[from] CallError<vaults::Error>),
    /// A question that cannot be refused was not answered.
    #[error(transparent)]
    Question(#[from] CallError<NoError>),
    /// A contract was not created.
    #[error(transparent)]
    Instantiate(#[from] InstantiateError),
    /// A bundle is missing.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// An account's key could not be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// There was no quote.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// A bot failed.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The governor refused.
    #[error(transparent)]
    Governor(#[from] CallError<governor::Error>),
    /// The vote token refused.
    #[error(transparent)]
    Votes(#[from] CallError<votes::Error>),
    /// The escrow contract refused.
    #[error(transparent)]
    Escrow(Box<CallError<escrow::Error>>),
    /// The registry of titles refused.
    #[error(transparent)]
    Title(#[from] CallError<title::Error>),
    /// Arbitration refused.
    #[error(transparent)]
    Arbitration(#[from] CallError<arbitration::Error>),
    /// A proposal cannot be read.
    #[error(transparent)]
    Governance(#[from] GovernanceError),
    /// A deployment stopped.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// The vaults were not replaced.
    #[error(transparent)]
    Upgrade(#[from] UpgradeError),
}

// The largest error of a contract is kept apart: every result would be as large.
impl From<CallError<escrow::Error>> for HarnessError {
    fn from(error: CallError<escrow::Error>) -> Self {
        Self::Escrow(Box::new(error))
    }
}

/// Whole dollars for one whole token.
pub const fn dollars(whole: u64) -> Price {
    Price::from_raw(whole as u128 * WAD_ONE)
}

/// Whole coins.
pub const fn coins(whole: u64) -> Wad {
    Wad::from_whole(whole)
}

/// Whole native tokens, as contracts count them.
pub const fn native(whole: u64) -> Amount {
    Amount::from_raw(whole as u128 * WAD_ONE)
}

/// Rules of a feed: two of the feeders, three hours, half the price a step, a minute between steps.
pub fn feed_config() -> FeedConfig {
    FeedConfig {
        quorum: 2,
        max_age: Seconds::from_raw(3 * 3_600),
        max_step: Bps::from_raw(5_000),
        update_interval: Seconds::from_raw(60),
        minimum: Price::from_raw(WAD_ONE / 100),
        maximum: dollars(1_000_000),
    }
}

/// Parameters of a collateral type: 150 % to draw, 145 % to be liquidated, 170 % after a partial liquidation.
pub fn collateral_params(asset: Asset, decimals: u8, feed: u32) -> CollateralParams {
    CollateralParams {
        asset,
        decimals,
        feed,
        safety_ratio: Bps::from_raw(15_000),
        liquidation_ratio: Bps::from_raw(14_500),
        target_ratio: Bps::from_raw(17_000),
        debt_ceiling: coins(50_000_000),
        gap: coins(50_000_000),
        line_interval: Seconds::from_raw(3_600),
        debt_floor: coins(100),
        // Five per cent a year.
        stability_fee: Ray::from_raw(RAY_ONE + 1_547_125_957_863_212_449),
        penalty: Bps::from_raw(1_300),
        seizure: Bps::from_raw(12_500),
        auction: AuctionParams {
            top: Bps::from_raw(10_500),
            floor: Bps::from_raw(9_100),
            curve: Curve::Linear { duration: Seconds::from_raw(4 * 3_600) },
            duration: Seconds::from_raw(3_600),
        },
        tip: coins(2),
        keeper_share: Bps::from_raw(100),
        auction_cap: coins(10_000_000),
        max_price_age: Seconds::from_raw(3 * 3_600),
        grace: Seconds::from_raw(600),
        minimum_price: Price::from_raw(WAD_ONE / 100),
        maximum_price: dollars(1_000_000),
    }
}

/// Rules of the governor: a day's delay, three days' vote, two days' timelock, a fifth of the supply as quorum, a deposit of ten
/// native tokens.
pub fn governance_rules() -> Rules {
    Rules {
        voting_delay: Seconds::from_raw(VOTING_DELAY),
        voting_period: Seconds::from_raw(VOTING_PERIOD),
        late_extension: Seconds::from_raw(6 * 3_600),
        timelock: Seconds::from_raw(TIMELOCK),
        grace: Seconds::from_raw(7 * 86_400),
        quorum: Bps::from_raw(2_000),
        threshold: Bps::from_raw(5_000),
        proposer_share: Bps::from_raw(100),
        deposit: native(10).raw(),
    }
}

/// The suite with vote token and governor, and people who hold votes. The roles are still the deployer's.
pub struct Realm<C> {
    /// The suite.
    pub world: World<C>,
    /// The vote token.
    pub votes: Address,
    /// The governor.
    pub governor: Address,
    /// Hold 30, 20 and 10 per cent of the votes; the deployer has the rest.
    pub voters: [Signer; 3],
}

impl<C: DevChain> Realm<C> {
    /// Deploy the suite, the vote token (a million votes) and the governor, and give votes out.
    ///
    /// # Errors
    /// [`HarnessError`] with the step's own error.
    pub async fn deploy(chain: C) -> Result<Self, HarnessError> {
        let world = World::deploy(chain).await?;
        let client = &world.suite.client;
        let bundles = Bundles::find();
        let code = client.upload(&world.governor, &bundles.load("florin_votes")?.code).await?.code_hash;
        let constructor = votes::constructors::new(coins(1_000_000).raw());
        let token = client.instantiate(&world.governor, code, &constructor, 0, None).await?.address;
        let code = client.upload(&world.governor, &bundles.load("florin_governor")?.code).await?.code_hash;
        let guardian = world.guardian.account().to_address();
        let constructor = governor::constructors::new(token, governance_rules(), guardian, GUARDIAN_TERM);
        let governor = client.instantiate(&world.governor, code, &constructor, 0, None).await?.address;
        let voters = [world.person(101).await?, world.person(102).await?, world.person(103).await?];
        for (voter, share) in voters.iter().zip([300_000, 200_000, 100_000]) {
            let transfer = votes::transfer(voter.account().to_address(), coins(share).raw().into());
            client.call(&world.governor, token, 0, &transfer).await?;
        }
        Ok(Self { world, votes: token, governor, voters })
    }

    /// Hand every role to the governor: the deployer names it, anybody has it accept.
    ///
    /// # Errors
    /// The contracts'.
    pub async fn hand_over(&self) -> Result<(), HarnessError> {
        let World { suite, .. } = &self.world;
        self.world.govern_token(&token::name_governor(self.governor)).await?;
        self.world.govern_oracle(&oracle::name_governor(self.governor)).await?;
        self.world.govern_vaults(&vaults::name_governor(self.governor)).await?;
        for contract in [suite.token, suite.oracle, suite.vaults] {
            self.call(&self.voters[2], 0, &governor::accept_role(contract)).await?;
        }
        Ok(())
    }

    /// Call the governor.
    ///
    /// # Errors
    /// The governor's.
    pub async fn call<T: Decode>(
        &self,
        signer: &Signer,
        value: u128,
        message: &Message<T, governor::Error>,
    ) -> Result<Done<T>, CallError<governor::Error>> {
        self.world.suite.client.call(signer, self.governor, value, message).await
    }

    /// Make a proposal with its deposit, by the first voter.
    ///
    /// # Errors
    /// The governor's.
    pub async fn propose(&self, calls: &[Call], predecessor: Option<u32>) -> Result<u32, CallError<governor::Error>> {
        let message = governor::propose(calls.to_vec(), "A test.\nWith reasons.".to_owned(), predecessor);
        Ok(self.call(&self.voters[0], 10 * UNIT, &message).await?.value)
    }

    /// Wait for the vote, have everybody vote for each of the proposals, wait for its end, and queue them.
    ///
    /// # Errors
    /// The governor's.
    pub async fn carry(&self, proposals: &[u32]) -> Result<(), HarnessError> {
        self.world.advance(VOTING_DELAY).await?;
        for proposal in proposals {
            for voter in &self.voters {
                self.call(voter, 0, &governor::vote(*proposal, Support::For, String::new())).await?;
            }
        }
        self.world.advance(VOTING_PERIOD).await?;
        for proposal in proposals {
            self.call(&self.voters[2], 0, &governor::queue(*proposal)).await?;
        }
        Ok(())
    }

    /// Take calls through proposal, vote and timelock to their execution.
    ///
    /// # Errors
    /// The governor's.
    pub async fn enact(&self, calls: &[Call]) -> Result<u32, HarnessError> {
        let proposal = self.propose(calls, None).await?;
        self.carry(&[proposal]).await?;
        self.world.advance(TIMELOCK).await?;
        self.call(&self.voters[2], 0, &governor::execute(proposal, calls.to_vec())).await?;
        Ok(proposal)
    }

    /// Where a proposal stands.
    ///
    /// # Errors
    /// The governor's.
    pub async fn status(&self, proposal: u32) -> Result<Status, HarnessError> {
        Ok(self.world.suite.client.read(self.governor, &governor::status(proposal)).await?)
    }
}

/// The suite, deployed, with the people who run it.
pub struct World<C> {
    /// The contracts.
    pub suite: Suite<C>,
    /// Governs every contract and is sudo.
    pub governor: Signer,
    /// May pause, in every contract.
    pub guardian: Signer,
    /// Report prices.
    pub feeders: [Signer; 3],
}

impl<C: DevChain> World<C> {
    /// Deploy the contracts and connect them: the vaults mint through the gate, the oracle tells them of each price. The native
    /// token is collateral type 0, at 100 dollars.
    ///
    /// # Errors
    /// [`HarnessError`] with the step's own error.
    pub async fn deploy(chain: C) -> Result<Self, HarnessError> {
        let world = Self::deploy_bare(chain).await?;
        let params = collateral_params(Asset::Native, 18, NATIVE_FEED);
        world.govern_vaults(&vaults::add_collateral(0, params)).await?;
        world.report(NATIVE_FEED, dollars(100)).await?;
        Ok(world)
    }

    /// The same without a collateral type and a price.
    ///
    /// # Errors
    /// [`HarnessError`] with the step's own error.
    pub async fn deploy_bare(chain: C) -> Result<Self, HarnessError> {
        let client = Client::new(chain).with_wait(Wait::Finalized);
        let governor = Signer::alice();
        let bundles = Bundles::find();
        let mut created = Vec::new();
        for name in ["florin_token", "florin_oracle"] {
            let bundle = bundles.load(name)?;
            let upload = client.upload(&governor, &bundle.code).await?;
            let constructor =
                if name == "florin_token" { token::constructors::new() } else { oracle::constructors::new() };
            created.push(client.instantiate(&governor, upload.code_hash, &constructor, 0, None).await?.address);
        }
        let (coin, feeds) = (created[0], created[1]);
        let upload = client.upload(&governor, &bundles.load("florin_vaults")?.code).await?;
        let constructor = vaults::constructors::new(coin, feeds);
        let safe = client.instantiate(&governor, upload.code_hash, &constructor, 0, None).await?.address;

        let world = Self {
            suite: Suite { client, token: coin, oracle: feeds, vaults: safe },
            governor,
            guardian: Signer::eve(),
            feeders: [Signer::bob(), Signer::charlie(), Signer::dave()],
        };
        let guardian = world.guardian.account().to_address();
        let limit = coins(20_000_000).raw();
        world.govern_token(&token::set_minter(safe, limit, limit, 0)).await?;
        let until = world.suite.now().await?.raw() + GUARDIAN_TERM;
        world.govern_token(&token::set_guardian(guardian, until)).await?;
        world.govern_vaults(&vaults::set_guardian(guardian, until)).await?;
        world.govern_oracle(&oracle::set_guardian(guardian, until)).await?;
        world.add_feed(NATIVE_FEED).await?;
        Ok(world)
    }

    /// Create a feed with the three feeders that tells the vaults.
    ///
    /// # Errors
    /// [`HarnessError`] with the step's own error.
    pub async fn add_feed(&self, feed: u32) -> Result<(), HarnessError> {
        self.govern_oracle(&oracle::add_feed(feed, feed_config())).await?;
        for feeder in &self.feeders {
            self.govern_oracle(&oracle::add_feeder(feed, feeder.account().to_address())).await?;
        }
        self.govern_oracle(&oracle::set_listener(feed, 0, self.suite.vaults)).await?;
        Ok(())
    }

    /// Have all feeders report a price.
    ///
    /// # Errors
    /// The oracle's.
    pub async fn report(&self, feed: u32, price: Price) -> Result<(), HarnessError> {
        for feeder in &self.feeders {
            self.suite.client.call(feeder, self.suite.oracle, 0, &oracle::report(feed, price)).await?;
        }
        Ok(())
    }

    /// Move time forward by two minutes and have all feeders report a price; far moves take as many steps as the clamp asks.
    ///
    /// # Errors
    /// The oracle's.
    pub async fn move_price(&self, feed: u32, price: Price) -> Result<(), HarnessError> {
        for _ in 0..8 {
            self.advance(120).await?;
            self.report(feed, price).await?;
            let state = self.suite.client.read(self.suite.oracle, &oracle::feed_state(feed)).await?;
            if state.is_some_and(|state| state.price == price) {
                break;
            }
        }
        Ok(())
    }

    /// Move time forward.
    ///
    /// # Errors
    /// The chain's.
    pub async fn advance(&self, seconds: u64) -> Result<(), HarnessError> {
        self.suite.client.chain().advance_seconds(seconds).await?;
        Ok(())
    }

    /// A fresh account with a million native tokens.
    ///
    /// # Errors
    /// The chain's.
    pub async fn person(&self, number: u32) -> Result<Signer, HarnessError> {
        let person = Signer::numbered(number)?;
        self.suite.client.chain().fund(&person.account(), 1_000_000 * UNIT).await?;
        Ok(person)
    }

    /// Open a position of native collateral; both amounts whole.
    ///
    /// # Errors
    /// The vaults'.
    pub async fn open(&self, owner: &Signer, deposit: u64, draw: u64) -> Result<u64, CallError<vaults::Error>> {
        let message = vaults::open(0, native(deposit), coins(draw));
        Ok(self.call_vaults(owner, u128::from(deposit) * UNIT, &message).await?.value)
    }

    /// Call the vaults.
    ///
    /// # Errors
    /// The vaults'.
    pub async fn call_vaults<T: Decode>(
        &self,
        signer: &Signer,
        value: u128,
        message: &Message<T, vaults::Error>,
    ) -> Result<Done<T>, CallError<vaults::Error>> {
        self.suite.client.call(signer, self.suite.vaults, value, message).await
    }

    /// Call the vaults as the governor.
    ///
    /// # Errors
    /// The vaults'.
    pub async fn govern_vaults<T: Decode>(
        &self,
        message: &Message<T, vaults::Error>,
    ) -> Result<Done<T>, CallError<vaults::Error>> {
        self.call_vaults(&self.governor, 0, message).await
    }

    /// Call the oracle as the governor.
    ///
    /// # Errors
    /// The oracle's.
    pub async fn govern_oracle<T: Decode>(
        &self,
        message: &Message<T, florin_stable::oracle::OracleError>,
    ) -> Result<Done<T>, CallError<florin_stable::oracle::OracleError>> {
        self.suite.client.call(&self.governor, self.suite.oracle, 0, message).await
    }

    /// Call the coin as the governor.
    ///
    /// # Errors
    /// The coin's.
    pub async fn govern_token<T: Decode>(
        &self,
        message: &Message<T, token::CoinError>,
    ) -> Result<Done<T>, CallError<token::CoinError>> {
        self.suite.client.call(&self.governor, self.suite.token, 0, message).await
    }

    /// Let the vaults burn any amount of an account's coin.
    ///
    /// # Errors
    /// The coin's.
    pub async fn allow(&self, owner: &Signer) -> Result<(), CallError<token::CoinError>> {
        let approve = token::approve(self.suite.vaults, U256::MAX);
        self.suite.client.call(owner, self.suite.token, 0, &approve).await.map(|_| ())
    }

    /// Coin of an account.
    ///
    /// # Errors
    /// The chain's.
    pub async fn coin_of(&self, owner: &Signer) -> Result<Wad, HarnessError> {
        Ok(self.suite.coin_of(owner.account().to_address()).await?)
    }

    /// Send coin.
    ///
    /// # Errors
    /// The coin's.
    pub async fn pay(&self, from: &Signer, to: Address, amount: Wad) -> Result<(), CallError<token::CoinError>> {
        let transfer = token::transfer(to, amount.raw().into());
        self.suite.client.call(from, self.suite.token, 0, &transfer).await.map(|_| ())
    }
}
