//! Many instances at once.

use std::thread;

use ofx_host::{HostSettings, Picture, RenderRequest, RowOrder};

use crate::bundle::{effect, generator};

const THREADS: i32 = 8;
const RENDERS: i32 = 50;

#[test]
fn threads_get_the_pictures_that_one_alone_gets() {
    let plugin = effect("org.dragfx.drag", HostSettings::default());
    let render = |seed: i32| {
        let instance = generator(&plugin);
        instance.set("seed", seed).expect("a seed");
        instance.render(&RenderRequest::at(1.0)).expect("a picture")
    };
    let pixels = |picture: &Picture| picture.to_rgba(RowOrder::TopDown);
    let alone: Vec<_> = (0..5).map(|seed| pixels(&render(seed))).collect();
    assert_ne!(alone[0], alone[1]);
    // What was computed is forgotten, so that threads meet while it is computed again.
    generator(&plugin).purge().expect("memory");
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (render, alone) = (&render, &alone);
            scope.spawn(move || {
                for turn in 0..RENDERS {
                    let seed = (number + turn) % 5;
                    assert!(pixels(&render(seed)) == alone[seed as usize], "seed {seed} in thread {number}");
                }
            });
        }
    });
    let complaints = plugin.complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}
