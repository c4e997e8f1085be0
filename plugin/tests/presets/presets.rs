//! The presets that are tested.

const DRAG: &str = r#"{ "dragfx": 1, "title": "A drag", MODEL, "nodes": [
    { "id": 1, "name": "seed", "type": "latent", "version": 1, "params": { "seed": 3000000000, "psi": 1.0 } },
    { "id": 2, "name": "points", "type": "points", "version": 1, "params": { "points": [
        { "handle": { "x": 10.25, "y": 12.5 }, "target": { "x": 20.0, "y": 17.125 }, "enabled": true }
    ] } },
    { "id": 3, "name": "drag", "type": "drag", "version": 1, "params": {
        "method": "paper", "max_steps": 4, "learning_rate": 0.01,
        "progress": { "keys": [{ "frame": 1, "value": 0.0 }, { "frame": 5, "value": 1.0 }] }
    } },
    { "id": 4, "name": "write", "type": "write", "version": 1, "params": { "file": "out.png" } }
], "wires": [
    { "from": "seed.latent", "to": "drag.latent" },
    { "from": "points.points", "to": "drag.points" },
    { "from": "drag.image", "to": "write.image" }
], "published": [
    { "name": "seed", "param": "seed.seed" },
    { "name": "lambda", "param": "drag.progress", "label": "How far" },
    { "name": "method", "param": "drag.method" },
    { "name": "start", "param": "points.points.1.handle" },
    { "name": "target", "param": "points.points.1.target" },
    { "name": "on", "param": "points.points.1.enabled" },
    { "name": "all", "param": "points.points" }
] }"#;

const PLATE: &str = r#"{ "dragfx": 1, "nodes": [
    { "id": 1, "name": "b", "type": "read", "version": 1, "params": { "frame_offset": -2 } },
    { "id": 2, "name": "a", "type": "read", "version": 1 },
    { "id": 3, "name": "mix", "type": "blend", "version": 1, "params": { "mix": 0.5 } }
], "wires": [
    { "from": "a.image", "to": "mix.source" },
    { "from": "b.image", "to": "mix.result" }
], "published": [{ "name": "mix", "param": "mix.mix" }] }"#;

const PASS: &str = r#"{ "dragfx": 1, "nodes": [
    { "id": 1, "name": "plate", "type": "read", "version": 1 },
    { "id": 2, "name": "half", "type": "transform", "version": 1, "bypass": true, "params": { "scale": 0.5 } },
    { "id": 3, "name": "write", "type": "write", "version": 1 }
], "wires": [
    { "from": "plate.image", "to": "half.image" },
    { "from": "half.image", "to": "write.image" }
] }"#;

const WARM: &str = r#"{ "dragfx": 1, MODEL, "nodes": [
    { "id": 1, "name": "seed", "type": "latent", "version": 1 },
    { "id": 2, "name": "points", "type": "points", "version": 1 },
    { "id": 3, "name": "held", "type": "read", "version": 1 },
    { "id": 4, "name": "mask", "type": "mask", "version": 1, "params": { "channel": "alpha" } },
    { "id": 5, "name": "drag", "type": "drag", "version": 1, "params": { "warm_start": true, "first_frame": 3 } }
], "wires": [
    { "from": "seed.latent", "to": "drag.latent" },
    { "from": "points.points", "to": "drag.points" },
    { "from": "held.image", "to": "mask.image" },
    { "from": "mask.mask", "to": "drag.mask" }
] }"#;

/// Presets of the bundle: file names and texts.
pub(crate) const PRESETS: [(&str, &str); 4] = [("a drag", DRAG), ("plate", PLATE), ("pass", PASS), ("warm", WARM)];
