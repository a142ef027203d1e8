use rolecall::taxonomy::Taxonomy;

use super::{Prediction, area_under_roc, expected_calibration_error, reliability};

/// A figure over labelled postings: a share or a mean, 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Share of the postings in scope whose closest role is the label.
    Role,
    /// The same, or the second defensible answer.
    RoleLenient,
    /// Share of the postings in scope whose label is among the three closest roles.
    RoleTop3,
    /// Share of the postings in scope whose closest role is of the label's tier.
    Tier,
    /// Mean over roles of the share of their postings whose closest role is right.
    RoleMacroRecall,
    /// Area under the receiver operating characteristic of the scope.
    ScopeAuc,
    /// Share of the tagged postings that are in scope.
    ScopePrecision,
    /// Share of the postings in scope that are tagged.
    ScopeRecall,
    /// Harmonic mean of scope precision and recall.
    ScopeF1,
    /// Share of all postings whose answer, role or `none`, is the label.
    Answer,
    /// The same, or the second defensible answer.
    AnswerLenient,
    /// Mean F1 over roles and `none`, of those that are a label or an answer.
    AnswerMacroF1,
    /// Expected calibration error of the confidence; less is better.
    CalibrationError,
}

impl Metric {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 13] = [
        Self::Role,
        Self::RoleLenient,
        Self::RoleTop3,
        Self::Tier,
        Self::RoleMacroRecall,
        Self::ScopeAuc,
        Self::ScopePrecision,
        Self::ScopeRecall,
        Self::ScopeF1,
        Self::Answer,
        Self::AnswerLenient,
        Self::AnswerMacroF1,
        Self::CalibrationError,
    ];

    /// Returns the name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Role => "role_accuracy",
            Self::RoleLenient => "role_accuracy_lenient",
            Self::RoleTop3 => "role_top_3",
            Self::Tier => "tier_accuracy",
            Self::RoleMacroRecall => "role_macro_recall",
            Self::ScopeAuc => "scope_auc",
            Self::ScopePrecision => "scope_precision",
            Self::ScopeRecall => "scope_recall",
            Self::ScopeF1 => "scope_f1",
            Self::Answer => "answer_accuracy",
            Self::AnswerLenient => "answer_accuracy_lenient",
            Self::AnswerMacroF1 => "answer_macro_f1",
            Self::CalibrationError => "expected_calibration_error",
        }
    }

    /// Returns the name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Role => "closest role right",
            Self::RoleLenient => "… or the second answer",
            Self::RoleTop3 => "… or among the first 3",
            Self::Tier => "tier right",
            Self::RoleMacroRecall => "mean recall of roles",
            Self::ScopeAuc => "scope, area under ROC",
            Self::ScopePrecision => "scope precision",
            Self::ScopeRecall => "scope recall",
            Self::ScopeF1 => "scope F1",
            Self::Answer => "answer right, with none",
            Self::AnswerLenient => "… or the second answer",
            Self::AnswerMacroF1 => "mean F1 of answers",
            Self::CalibrationError => "expected calibration error",
        }
    }

    /// Computes all figures, in the order of [`ALL`](Self::ALL). A figure that the postings can't
    /// tell (no posting in scope, say) is not a number.
    pub(super) fn compute(taxonomy: &Taxonomy, predictions: &[&Prediction<'_>]) -> [f64; 13] {
        let share = |right: &dyn Fn(&Prediction<'_>, usize) -> bool| {
            mean(predictions.iter().filter_map(|one| {
                one.posting.label.map(|label| f64::from(u8::from(right(one, label))))
            }))
        };
        let strict = |one: &Prediction<'_>, label: usize| one.rank(label) == 1;
        let lenient = |one: &Prediction<'_>, label: usize| {
            let second = one.posting.second.flatten();
            one.rank(label) == 1 || second.is_some_and(|second| one.rank(second) == 1)
        };
        let mut scope: Vec<_> = predictions
            .iter()
            .map(|one| (one.outcome.scope, one.posting.label.is_some()))
            .collect();
        let count = |holds: &dyn Fn(&Prediction<'_>) -> bool| {
            predictions.iter().filter(|one| holds(one)).count() as f64
        };
        let in_scope = |one: &Prediction<'_>| one.posting.label.is_some();
        let tagged = |one: &Prediction<'_>| one.outcome.answer.is_some();
        let both = count(&|one| in_scope(one) && tagged(one));
        let table = Confusion::of(taxonomy, predictions);
        let confidence =
            predictions.iter().map(|one| (one.outcome.confidence, one.is_right(), 1.0));
        [
            share(&strict),
            share(&lenient),
            share(&|one, label| one.rank(label) <= 3),
            share(&|one, label| one.tier_is_right(taxonomy, label)),
            macro_recall(taxonomy, predictions),
            area_under_roc(&mut scope),
            both / count(&tagged),
            both / count(&in_scope),
            2.0 * both / (count(&tagged) + count(&in_scope)),
            mean(predictions.iter().map(|one| f64::from(u8::from(one.is_right())))),
            mean(predictions.iter().map(|one| f64::from(u8::from(one.is_defensible())))),
            table.macro_f1(),
            expected_calibration_error(&reliability(confidence)),
        ]
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

fn macro_recall(taxonomy: &Taxonomy, predictions: &[&Prediction<'_>]) -> f64 {
    let mut of_roles = vec![(0.0, 0.0); taxonomy.roles.len()];
    for one in predictions {
        if let Some(label) = one.posting.label {
            of_roles[label].0 += f64::from(u8::from(one.rank(label) == 1));
            of_roles[label].1 += 1.0;
        }
    }
    mean(of_roles.into_iter().filter(|&(_, all)| all > 0.0).map(|(right, all)| right / all))
}

/// How many postings of each label got each answer; roles in taxonomy order, then `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Confusion(pub(super) Vec<Vec<usize>>);

impl Confusion {
    pub(super) fn of(taxonomy: &Taxonomy, predictions: &[&Prediction<'_>]) -> Self {
        let none = taxonomy.roles.len();
        let mut table = vec![vec![0; none + 1]; none + 1];
        for one in predictions {
            let (label, answer) = (one.posting.label, one.outcome.answer);
            table[label.unwrap_or(none)][answer.unwrap_or(none)] += 1;
        }
        Self(table)
    }

    /// Returns how many postings have a label, how many have it as answer, and how many both.
    pub(super) fn counts(&self, class: usize) -> [usize; 3] {
        let labels = self.0[class].iter().sum();
        let answers = self.0.iter().map(|row| row[class]).sum();
        [labels, answers, self.0[class][class]]
    }

    /// Returns the mean F1 of the classes that are a label or an answer, as scikit-learn has it.
    fn macro_f1(&self) -> f64 {
        let counts = (0..self.0.len()).map(|class| self.counts(class));
        mean(counts.filter(|[labels, answers, _]| labels + answers > 0).map(f1))
    }
}

/// Returns the F1 of counts of labels, of answers, and of both.
pub(super) fn f1([labels, answers, both]: [usize; 3]) -> f64 {
    2.0 * both as f64 / (labels + answers) as f64
}
