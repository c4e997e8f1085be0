//! Finding landmarks in pictures, by a network.

use anyhow::{Result, anyhow, ensure};
use dragfx_engine::{Cancel, ImagePoint};
use dragfx_runtime::{Request, Session};
use ndarray::{Array3, Axis};

use crate::exit::Invalid;

/// Above this the network says that a landmark can be seen.
const SEEN: f32 = 0.5;

/// A network that finds landmarks.
pub(super) struct Reader {
    session: Session,
    name: String,
}

/// A landmark as it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Landmark {
    pub(super) at: ImagePoint,
    pub(super) seen: bool,
}

impl Reader {
    /// Takes a network that has the inputs and outputs of one that finds landmarks.
    pub(super) fn new(session: Session) -> Result<Self> {
        let name = session.file().display().to_string();
        let names = |list: &[dragfx_runtime::TensorInfo]| list.iter().map(|info| info.name.clone()).collect::<Vec<_>>();
        let (inputs, outputs) = (names(session.inputs()), names(session.outputs()));
        let fits =
            inputs == ["picture"] && ["landmarks", "visibility"].iter().all(|name| outputs.iter().any(|o| o == name));
        if !fits {
            return Err(anyhow!(Invalid(format!(
                "{name} has the inputs {inputs:?} and the outputs {outputs:?}; what finds landmarks has `picture`, \
                 `landmarks` and `visibility`"
            ))));
        }
        Ok(Self { session, name })
    }

    /// Refuses pictures of a size that the network does not take.
    pub(super) fn check(&self, resolution: usize) -> Result<()> {
        let shape = &self.session.inputs()[0].shape;
        if shape.len() == 4 && shape[1].accepts(3) && shape[2].accepts(resolution) && shape[3].accepts(resolution) {
            return Ok(());
        }
        let name = &self.name;
        Err(anyhow!(Invalid(format!("{name} does not take pictures of the model's {resolution}² pixels"))))
    }

    /// The landmarks of a picture \[3, r, r\], nominally in \[-1, 1\].
    pub(super) fn read(&mut self, picture: &Array3<f32>, cancel: &Cancel) -> Result<Vec<Landmark>> {
        // What is beyond white or black is so in no file.
        let picture = picture.mapv(|value| value.clamp(-1.0, 1.0)).insert_axis(Axis(0));
        let request =
            Request::new().input("picture", &picture).to_host("landmarks").to_host("visibility").cancel(cancel);
        let outputs = self.session.run(request)?;
        let (places, seen) = (outputs.array("landmarks")?, outputs.array("visibility")?);
        let count = seen.len();
        ensure!(
            places.shape() == [1, count, 2],
            "{} gave {:?} places for {count} landmarks",
            self.name,
            places.shape()
        );
        let place = |index: usize, axis: usize| f64::from(places[[0, index, axis]]);
        let landmarks = seen.iter().enumerate().map(|(index, &seen)| Landmark {
            at: ImagePoint::new(place(index, 0), place(index, 1)),
            seen: seen > SEEN,
        });
        Ok(landmarks.collect())
    }
}
