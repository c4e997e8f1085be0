//! Playing frames one after the other.

use dragfx_graph::document::FrameRange;

/// When the next frame is due.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Player {
    /// The time at which the frame that is shown came up, seconds; nothing while nothing is played.
    since: Option<f64>,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Turn {
    /// The frame to be shown, if it is another one.
    pub(crate) frame: Option<i64>,
    /// Seconds until there is something to be done again.
    pub(crate) wait: f64,
}

impl Player {
    /// Begins anew when frames are played next.
    pub(crate) fn stop(&mut self) {
        self.since = None;
    }

    /// Plays on. Frames wait for their pictures (`is_ready`), unless `real_time`: then those are left out that would come
    /// too late. After the last frame comes the first.
    pub(crate) fn play(&mut self, now: f64, frames: FrameRange, frame: i64, is_ready: bool, real_time: bool) -> Turn {
        let length = 1.0 / frames.rate;
        let since = *self.since.get_or_insert(now);
        let passed = ((now - since) / length + 1e-6).floor();
        if passed < 1.0 {
            return Turn { frame: None, wait: since + length - now };
        }
        if !is_ready && !real_time {
            // Something is told when the picture is there; until then it is looked at from time to time.
            return Turn { frame: None, wait: length };
        }
        let steps = if real_time { passed } else { 1.0 };
        // After a wait the rate begins anew, so that nothing is hurried through.
        self.since = Some(if real_time || passed < 2.0 { since + steps * length } else { now });
        let count = frames.last - frames.first + 1;
        let next = frames.first + (frame - frames.first + steps as i64).rem_euclid(count);
        Turn { frame: Some(next), wait: (since + (steps + 1.0) * length - now).clamp(0.0, length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: FrameRange = FrameRange { first: 1, last: 10, rate: 10.0 };

    #[test]
    fn frames_come_at_their_rate_and_over_again() {
        let mut player = Player::default();
        assert_eq!(player.play(5.0, FRAMES, 9, true, false).frame, None);
        let turn = player.play(5.04, FRAMES, 9, true, false);
        assert!(turn.frame.is_none() && (turn.wait - 0.06).abs() < 1e-9, "{turn:?}");
        assert_eq!(player.play(5.11, FRAMES, 9, true, false).frame, Some(10));
        assert_eq!(player.play(5.15, FRAMES, 10, true, false).frame, None);
        assert_eq!(player.play(5.2, FRAMES, 10, true, false).frame, Some(1));
    }

    #[test]
    fn frames_wait_for_their_pictures_and_none_is_left_out() {
        let mut player = Player::default();
        player.play(0.0, FRAMES, 1, true, false);
        assert_eq!(player.play(0.9, FRAMES, 1, false, false).frame, None);
        assert_eq!(player.play(1.0, FRAMES, 1, true, false).frame, Some(2));
        assert_eq!(player.play(1.05, FRAMES, 2, true, false).frame, None);
    }

    #[test]
    fn in_real_time_late_frames_are_left_out() {
        let mut player = Player::default();
        player.play(0.0, FRAMES, 1, true, true);
        assert_eq!(player.play(0.55, FRAMES, 1, false, true).frame, Some(6));
        assert_eq!(player.play(0.61, FRAMES, 6, false, true).frame, Some(7));
        player.stop();
        assert_eq!(player.play(9.0, FRAMES, 7, false, true).frame, None);
    }
}
