//! What can be set on a mask.

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::value::MAX_SIDE;
use crate::value::PortType;

/// The declaration of the node.
pub(super) fn decl() -> NodeDecl {
    NodeDecl::new(
        "mask",
        1,
        "Mask",
        Category::Picture,
        "Makes a mask: white (1) may change, black (0) must stay. It starts with a channel of an image or black, \
         adds the surroundings of points, draws shapes over it, joins the connected masks, grows, feathers and \
         inverts, in this order.",
    )
    .input("image", PortType::Image, Arity::Optional, "Gives the mask its size, and a channel its values.")
    .input("points", PortType::Points, Arity::Optional, "The points that an automatic mask surrounds.")
    .input("masks", PortType::Mask, Arity::Many, "Masks of the same size to join, in the order of their wires.")
    .output("mask", PortType::Mask, "Weights from 0, must stay, to 1, may change.")
    .params(size_params())
    .params(drawing_params())
    .params(edge_params())
}

fn size_params() -> [ParamDecl; 2] {
    let size = |id, label, doc| ParamDecl::int(id, label, 0, 0..=MAX_SIDE as i64, doc).unit("px");
    [
        size("width", "Width", "Width of the mask. 0 is that of the connected image or else of the first mask."),
        size("height", "Height", "Height of the mask. 0 is that of the connected image or else of the first mask."),
    ]
}

fn drawing_params() -> [ParamDecl; 6] {
    [
        ParamDecl::choice(
            "channel",
            "Channel",
            &[
                ("none", "The image gives no more than its size."),
                ("luminance", "Its brightness: 0.2126 red + 0.7152 green + 0.0722 blue."),
                ("red", "Its red."),
                ("green", "Its green."),
                ("blue", "Its blue."),
                ("alpha", "Its alpha."),
            ],
            "What of the image becomes the mask. Values count as the image encodes them: a grey of 50 % is half a \
             weight.",
        ),
        ParamDecl::float(
            "threshold",
            "Threshold",
            0.0,
            0.0..=1.0,
            "Above 0: where the channel has at least this value the mask is white, and black elsewhere. At 0 the \
             values themselves are the weights.",
        )
        .animates(),
        ParamDecl::shapes(
            "shapes",
            "Shapes",
            "Shapes that are drawn one after the other, each added to those before it, or with an `op` of `subtract` or \
             `intersect`: `[{\"shape\": \"ellipse\", \"center\": [120, 110], \"radii\": [80, 60], \"angle\": 0}, \
             {\"shape\": \"rectangle\", \"center\": [60, 60], \"radii\": [20, 10]}, \
             {\"shape\": \"polygon\", \"points\": [[0, 0], [50, 0], [25, 40]]}, \
             {\"shape\": \"stroke\", \"points\": [[10, 10], [90, 40]], \"radius\": 8, \"op\": \"subtract\"}]`.",
        ),
        ParamDecl::bool(
            "auto",
            "Around points",
            false,
            "Makes the way of each enabled point from its handle to its target white, as wide as the radius says.",
        ),
        ParamDecl::float(
            "auto_radius",
            "Radius around points",
            40.0,
            1.0..=4096.0,
            "How far the white reaches around the ways of the points.",
        )
        .unit("px")
        .slider(1.0, 256.0)
        .animates(),
        ParamDecl::choice(
            "combine",
            "Join masks by",
            &[
                ("union", "White where any of them is: the greater weight."),
                ("intersect", "White where all of them are: the lesser weight."),
                ("subtract", "The first without the others."),
                ("difference", "White where one is and the other is not: how far the weights are apart."),
            ],
            "How the connected masks are joined. What this node draws itself, if it has a channel, shapes or points, \
             comes first.",
        ),
    ]
}

fn edge_params() -> [ParamDecl; 3] {
    [
        ParamDecl::float("grow", "Grow", 0.0, -500.0..=500.0, "Moves the edge outwards, or inwards below 0.")
            .unit("px")
            .slider(-50.0, 50.0)
            .animates(),
        ParamDecl::float(
            "feather",
            "Feather",
            0.0,
            0.0..=1000.0,
            "Width of the soft edge, half of it outside and half inside. Growing and feathering start from the outline \
             at half a weight: other grey values are lost.",
        )
        .unit("px")
        .slider(0.0, 100.0)
        .animates(),
        ParamDecl::bool("invert", "Invert", false, "Exchanges black and white at the end."),
    ]
}
