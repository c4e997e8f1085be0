//! What an instance's parameters say at a time, and at the times before it that count.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dragfx_graph::models::{ModelRef, ModelStore};
use dragfx_graph::param::ParamValue;
use dragfx_runtime::Device;

use super::parameters::{
    AUTO, BAKED, DECLARED, End, KNOWN_MODEL, MODEL, POINTS, USE_MASK, enable_name, end_name, usual_place,
};
use crate::declared;
use crate::effects::view;
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::ffi::param::Params;
use crate::geometry::Rect;
use crate::placement::Fit;
use crate::{bundle, shared};

/// The clip of the mask.
pub(super) const MASK: &str = "Mask";

/// What an instance's parameters say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// The time, in frames.
    pub(super) time: f64,
    /// The project, canonical: where the picture is put.
    pub(super) frame: Rect,
    /// The checkpoint or pack; empty for the bundled one.
    pub(super) model: String,
    /// Hash and file of the model that was found there.
    pub(super) remembered: String,
    /// What is said at the time.
    pub(super) now: Moment,
    /// What was said at the times before, back from the last one, as far as a warm start looks.
    pub(super) before: Vec<(f64, Moment)>,
    /// Whether the mask counts.
    pub(super) use_mask: bool,
    /// Whether drags are made while rendering.
    pub(super) auto: bool,
    /// How the picture fills the project.
    pub(super) fit: Fit,
    /// Whether it lies over the source.
    pub(super) over_source: bool,
    /// Where models run.
    pub(super) device: Device,
}

/// What can have keyframes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    /// By the names of the parameters, what nodes declare.
    pub(super) values: BTreeMap<&'static str, ParamValue>,
    /// The pairs that are enabled, by their places.
    pub(super) pairs: Vec<Pair>,
}

/// A pair of points, canonical.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// Its place, from 0.
    pub(super) place: usize,
    pub(super) handle: [f64; 2],
    pub(super) target: [f64; 2],
}

/// Most frames that a warm start goes back.
const MOST_BEFORE: f64 = 5000.0;

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// The host does not answer; a warm start that begins too far back.
    pub(super) fn read(instance: &Instance<'_>, time: f64, frame: Rect) -> Result<Self, Failure> {
        let params = instance.params()?;
        let mut settings = Self {
            time,
            frame,
            model: params.text_or_empty(MODEL, time)?,
            remembered: params.text_or_empty(KNOWN_MODEL, time)?,
            now: Moment::read(params, time, frame)?,
            before: Vec::new(),
            use_mask: params.int_or(USE_MASK, time, 0)? != 0
                && instance.clip(MASK).is_ok_and(|clip| clip.is_connected()),
            auto: params.int_or(AUTO, time, 1)? != 0,
            fit: view::fit(params, time),
            over_source: view::is_over_source(params, time),
            device: view::device(params, time),
        };
        let first = settings.now.int("firstFrame") as f64;
        if settings.now.bool("warmStart") && time > first {
            if time - first > MOST_BEFORE {
                let reason =
                    format!("a warm start over more than {MOST_BEFORE} frames: set First frame nearer to them");
                return Err(Failure::User(reason));
            }
            let times = std::iter::successors(Some(time - 1.0), |time| Some(time - 1.0)).take_while(|&at| at >= first);
            let before = times.map(|at| Ok::<_, Failure>((at, Moment::read(params, at, frame)?)));
            settings.before = before.collect::<Result<_, _>>()?;
        }
        Ok(settings)
    }

    /// The baked drag of an instance, as it is kept; empty for none.
    ///
    /// # Errors
    /// The host does not answer.
    pub(super) fn baked(instance: &Instance<'_>, time: f64) -> Result<String, Failure> {
        Ok(instance.params()?.text_or_empty(BAKED, time)?)
    }

    /// The model as graphs name it, with its hash, which is given, too. It is found, not opened.
    ///
    /// # Errors
    /// None is chosen, and the plugin is in no bundle; it is not there, and nothing is known of it.
    pub(super) fn known_model(&self) -> Result<(ModelRef, String), Failure> {
        let models = shared::planner().models();
        let model = self.model(models)?;
        let hash = models.identify(&model, &folder())?;
        Ok((ModelRef { blake3: Some(hash.clone()), ..model }, hash))
    }

    /// The model as graphs name it.
    ///
    /// # Errors
    /// None is chosen, and the plugin is in no bundle.
    fn model(&self, models: &ModelStore) -> Result<ModelRef, Failure> {
        let chosen = if self.model.is_empty() {
            bundle::model().ok_or_else(|| {
                let reason = "no model is chosen, and this copy of DragFX comes without one: choose a checkpoint";
                Failure::User(reason.to_owned())
            })?
        } else {
            PathBuf::from(&self.model)
        };
        // What is there counts, by a path that leads there from anywhere; the hash is for where nothing is there.
        let path = std::path::absolute(&chosen).unwrap_or(chosen);
        if let Ok(found) = models.refer(&path, &folder()) {
            return Ok(ModelRef { path: Some(path.display().to_string()), ..found });
        }
        let hash = self.remembered.split_once(' ').filter(|(_, model)| *model == self.model).map(|(hash, _)| hash);
        let named = ModelRef {
            // The project may come from another system.
            file: self.model.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            blake3: hash.map(str::to_owned),
            path: Some(self.model.clone()),
        };
        Ok(if named.has_sound_hash() { named } else { ModelRef { blake3: None, ..named } })
    }
}

/// What is kept of a model, so that it is found where its file is not: its hash, and the file for which it was that.
pub(super) fn remembered(hash: &str, file: &str) -> String {
    format!("{hash} {file}")
}

/// The folder that paths start from: hosts do not say where a project is.
pub(super) fn folder() -> PathBuf {
    bundle::resources().map_or_else(std::env::temp_dir, |resources| resources.join("models"))
}

impl Moment {
    fn read(params: Params<'_>, time: f64, frame: Rect) -> Result<Self, Failure> {
        let values = DECLARED.iter().map(|declared| {
            let value = match params.find(declared.name)? {
                Some(param) => declared::value(&param, declared.decl(), time)?,
                None => declared.usual(),
            };
            Ok::<_, Failure>((declared.name, value))
        });
        Ok(Self { values: values.collect::<Result<_, _>>()?, pairs: pairs(params, time, frame)? })
    }

    /// A value.
    ///
    /// # Panics
    /// This and the others, if no node declares one of that kind.
    pub(super) fn int(&self, name: &str) -> i64 {
        if let ParamValue::Int(value) = self.values[name] { value } else { unreachable!("{name} is a whole number") }
    }

    pub(super) fn bool(&self, name: &str) -> bool {
        if let ParamValue::Bool(value) = self.values[name] { value } else { unreachable!("{name} is yes or no") }
    }

    pub(super) fn float(&self, name: &str) -> f64 {
        if let ParamValue::Float(value) = self.values[name] { value } else { unreachable!("{name} is a number") }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        if let ParamValue::Text(value) = &self.values[name] { value } else { unreachable!("{name} is a choice") }
    }
}

/// The pairs that are enabled.
///
/// # Errors
/// The host does not answer.
pub(super) fn pairs(params: Params<'_>, time: f64, frame: Rect) -> Result<Vec<Pair>, Failure> {
    let mut pairs = Vec::new();
    for place in 0..POINTS {
        if params.int_or(&enable_name(place), time, 0)? != 0 {
            let end = |end: End| {
                let value = params.get(&end_name(place, end))?.double2(time)?;
                Ok::<_, Failure>(placed(value, usual_place(place, end), frame))
            };
            pairs.push(Pair { place, handle: end(End::Handle)?, target: end(End::Target)? });
        }
    }
    Ok(pairs)
}

/// A point, canonical. Some hosts take a default in fractions of the project for one in pixels, and say nothing of it: a
/// point that still is where no user would put it, within the project's first pixel and just at the fraction, is meant as
/// the fraction.
fn placed(value: [f64; 2], usual: [f64; 2], frame: Rect) -> [f64; 2] {
    let same = |a: f64, b: f64| (a - b).abs() < 1e-6;
    if same(value[0], usual[0]) && same(value[1], usual[1]) {
        [frame.x1 + usual[0] * frame.width(), frame.y1 + usual[1] * frame.height()]
    } else {
        value
    }
}

#[cfg(test)]
impl Settings {
    /// The defaults, without points, in a project of full HD.
    pub(super) fn usual() -> Self {
        let values = DECLARED.iter().map(|declared| (declared.name, declared.usual())).collect();
        Self {
            time: 1.0,
            frame: Rect { x1: 0.0, y1: 0.0, x2: 1920.0, y2: 1080.0 },
            model: String::new(),
            remembered: String::new(),
            now: Moment { values, pairs: Vec::new() },
            before: Vec::new(),
            use_mask: false,
            auto: true,
            fit: Fit::Fit,
            over_source: true,
            device: Device::Cpu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_that_a_host_left_as_fractions_are_placed() {
        let frame = Rect { x1: 100.0, y1: 0.0, x2: 1100.0, y2: 500.0 };
        let usual = usual_place(0, End::Handle);
        assert_eq!(placed(usual, usual, frame), [100.0 + usual[0] * 1000.0, usual[1] * 500.0]);
        assert_eq!(placed([420.0, 325.0], usual, frame), [420.0, 325.0], "the host has placed it");
        assert_eq!(placed([usual[0], 7.0], usual, frame), [usual[0], 7.0]);
    }

    #[test]
    fn a_model_that_is_not_there_is_known_by_its_hash() {
        let models = ModelStore::new("nowhere".into(), Vec::new(), dragfx_runtime::SessionOptions::default());
        let hash = "0123456789abcdef".repeat(4);
        let rows = [
            (r"C:\models\face.pkl", remembered(&hash, r"C:\models\face.pkl"), "face.pkl", Some(&hash)),
            ("/gone/face.pkl", remembered(&hash, "/gone/other.pkl"), "face.pkl", None),
            ("face.pkl", String::new(), "face.pkl", None),
            ("face.pkl", remembered("no hash", "face.pkl"), "face.pkl", None),
        ];
        for (model, remembered, file, hash) in rows {
            let settings = Settings { model: model.to_owned(), remembered, ..Settings::usual() };
            let found = settings.model(&models).expect("a reference");
            assert_eq!((&*found.file, found.blake3.as_ref()), (file, hash), "{model}");
        }
    }
}
