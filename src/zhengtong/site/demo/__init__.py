"""The demo province 演示省: a province in miniature, generated from one seed, loaded through the rooms' own doors.

`content` reads provinces/demo, `chance` draws, `places` lays a county out, `people`, `business` and `vehicles` fill it,
`province` streams the parts; `load`, `offices` and `accounts` bring them into the rooms; `cli` and `serve` are the
command. The generator (all but the last five) is pure: rows of regions and a seed in, records out.
"""
