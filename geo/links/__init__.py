"""Backhaul of sites: fibre routes, microwave hops, their cost bounds."""
