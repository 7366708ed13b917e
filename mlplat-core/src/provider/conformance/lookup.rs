//! A look-up is asked twice.

use super::{Broken, Rule, Sample};
use crate::deploy::retried;
use crate::provider::Reader;
use crate::world::World;

/// Holds the provider of a look-up against its rules. What is not kept, in
/// the order in which it was seen; empty when all is well.
pub async fn check_lookup(
    provider: &dyn Reader,
    world: &dyn World,
    sample: &Sample,
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut tell = |rule, what: String| {
        let ty = sample.ty.name;
        broken.push(Broken { rule, ty, what });
    };
    if !provider.types().iter().any(|ty| ty.name == sample.ty.name) {
        tell(Rule::ServesItsType, "it is not among its types".to_owned());
    }
    let ask = || retried(world, || provider.look_up(sample.ty, &sample.inputs));
    match ask().await {
        Err(error) => tell(Rule::Answers, format!("the answer is {error}")),
        Ok(answer) => {
            let missing = sample.ty.outputs.iter();
            for output in missing.filter(|output| !answer.contains_key(output.name)) {
                tell(Rule::Answers, format!("{} is missing", output.name));
            }
            match ask().await {
                Ok(again) if again == answer => {}
                Ok(_) => tell(Rule::AnswersAgain, "the second answer differs".to_owned()),
                Err(error) => tell(Rule::AnswersAgain, format!("the second answer is {error}")),
            }
        }
    }
    sample.judge(broken)
}
