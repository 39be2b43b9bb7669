"""Writes trained weights as the ONNX file that the reader has inside, batch norms folded into the convolutions.

    python export.py mrz.pt ../../crates/vision/src/mrz/reader.onnx
"""

import argparse

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from network import Recogniser


def folded(network: Recogniser) -> Recogniser:
    """Returns the network without batch norms, which gives the same."""
    layers: list[nn.Module] = []
    for layer in network.eval().layers:
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
        else:
            layers.append(layer)
    network.layers = nn.Sequential(*layers)
    return network


class Probabilities(nn.Module):
    """The network with what makes probabilities of its logits."""

    def __init__(self, network: Recogniser) -> None:
        super().__init__()
        self.network = network

    def forward(self, strip: torch.Tensor) -> torch.Tensor:
        return self.network(strip).softmax(2)


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("weights")
    ask.add_argument("onnx")
    args = ask.parse_args()
    network = Recogniser()
    network.load_state_dict(torch.load(args.weights, weights_only=True, map_location="cpu")["network"])
    whole = Probabilities(folded(network)).eval()
    example = torch.randn(1, 1, 32, 640)
    torch.onnx.export(whole, (example,), args.onnx, input_names=["strip"], output_names=["probabilities"],
                      dynamic_axes={"strip": {3: "width"}, "probabilities": {1: "steps"}}, opset_version=17, dynamo=False)


if __name__ == "__main__":
    main()
