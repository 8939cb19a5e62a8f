//! Whatever is measured must say the same.

use werkvorm_measure::asking::Evaluator;
use werkvorm_measure::peers::by_hand::ByHand;
use werkvorm_measure::peers::cel::Cel;
use werkvorm_measure::peers::datalogic::DataLogic;
use werkvorm_measure::peers::rhai::Rhai;
use werkvorm_measure::peers::tree::Tree;
use werkvorm_measure::peers::werkvorm::Werkvorm;
use werkvorm_measure::peers::zen::{Expressions, Table};
use werkvorm_measure::workload;
use werkvorm_measure::written::Form;

#[test]
fn all_evaluators_agree() {
    let pack = workload::pack(2000);
    let profiles = workload::profiles(50);
    let mut werkvorm = Werkvorm::new(&pack);
    let wanted: Vec<_> =
        profiles.iter().map(|profile| werkvorm.in_words(&mut werkvorm.encode(profile))).collect();
    assert!(wanted.iter().all(|answer| answer.lines().count() == 6 && answer.contains(" rule-")));
    fn compare(
        name: &str,
        mut other: impl Evaluator,
        profiles: &[werkvorm_core::Profile],
        wanted: &[String],
    ) {
        for (at, (profile, wanted)) in profiles.iter().zip(wanted).enumerate() {
            let mut encoded = other.encode(profile);
            // Asked twice, because a profile is used again.
            for _ in 0..2 {
                assert_eq!(&other.in_words(&mut encoded), wanted, "{name}, profile {at}");
            }
        }
    }
    compare("tree", Tree::new(&pack), &profiles, &wanted);
    compare("by hand", ByHand::new(&pack), &profiles, &wanted);
    compare("zen table", Table::new(&pack), &profiles, &wanted);
    for form in [Form::Words, Form::Flags] {
        compare("zen", Expressions::new(&pack, form), &profiles, &wanted);
        compare("cel", Cel::new(&pack, form), &profiles, &wanted);
        compare("datalogic", DataLogic::new(&pack, form), &profiles, &wanted);
        compare("rhai", Rhai::new(&pack, form), &profiles, &wanted);
    }
}
