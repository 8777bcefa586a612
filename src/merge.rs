//! One tree out of all layers: later wins, and every path still knows who set it.
