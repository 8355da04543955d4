//! Every scenario on the sandbox.

use florin_e2e_tests::{for_each_scenario, scenarios};
use florin_sandbox::Sandbox;

macro_rules! on_the_sandbox {
    ($($name:ident),*) => {$(
        #[tokio::test]
        async fn $name() {
            scenarios::$name(Sandbox::new()).await.expect(stringify!($name));
        }
    )*};
}

for_each_scenario!(on_the_sandbox);
