"""Simulation: an office of three (M/M/3) against queueing theory, and beside the same model hand-written in a peer.

The peer is an event-loop library (`PEER` below) that knows nothing of BPMN: its model is written for this one office,
while ours runs every case through the engine. It is installed into a throwaway environment; where that is not possible
the comparison is left out and says so.

    python -m benchmarks.simulation_beside_peer [days] [replications]
"""

import json
import subprocess
import sys
from math import factorial

from benchmarks.common import machine, measured, ratio, run_peer
from zhengtong.process.bpmn.api import Definitions, read_definitions, read_document
from zhengtong.process.simulation.planning import make_plan
from zhengtong.process.simulation.scenario import scenario_from
from zhengtong.process.simulation.simulating import simulate

SERVERS, ARRIVALS, SERVICE = 3, 1.0, 2.1  # people, cases an hour, hours of work: 70 % busy
PEER = "simpy"  # codespell:ignore simpy
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:b" id="d">
<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a"/><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>
</process></definitions>"""
_PEER = """
import json, random, resource, sys
import {peer} as peer
days, warm, replications, servers, arrivals, service = map(float, sys.argv[1:])
def cases(env, office, rng, waits):
    while True:
        yield env.timeout(rng.expovariate(arrivals))
        env.process(case(env, office, rng, waits))
def case(env, office, rng, waits):
    came = env.now
    with office.request() as turn:
        yield turn
        if came >= warm * 24:
            waits.append(env.now - came)
        yield env.timeout(rng.expovariate(1 / service))
means, total = [], 0
for seed in range(int(replications)):
    env, rng, waits = peer.Environment(), random.Random(seed), []
    env.process(cases(env, peer.Resource(env, int(servers)), rng, waits))
    env.run(until=(warm + days) * 24)
    means.append(sum(waits) / len(waits))
    total += len(waits)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({{"wait": sum(means) / len(means), "cpu": usage.ru_utime + usage.ru_stime, "cases": total}}))
"""


def theory() -> float:
    """Return the mean hours in line (Erlang C)."""
    load = ARRIVALS * SERVICE
    tail = load**SERVERS / factorial(SERVERS) * SERVERS / (SERVERS - load)
    waits = tail / (sum(load**k / factorial(k) for k in range(SERVERS)) + tail)
    return waits * SERVICE / (SERVERS - load)


def main() -> None:
    """Print waiting times with their interval, theory's, and the processor time of both."""
    days, replications = (int(text) for text in (sys.argv[1:] + ["60", "10"][len(sys.argv) - 1 :])[:2])
    entries = {
        "calendar": "always", "days": days, "warm_up_days": 10, "replications": replications,
        "arrivals": {"between": {"exponential": f"{1 / ARRIVALS}h"}}, "staff": {"office": SERVERS},
        "tasks": {"a": {"service": {"exponential": f"{SERVICE}h"}}},
    }  # fmt: skip
    definitions: Definitions = read_definitions(read_document(MODEL.encode()))
    plan = make_plan(definitions, scenario_from(entries, lambda _day: True))
    print(machine())
    with measured() as cost:
        report = simulate(plan)
    wait = report.stations["office"].wait
    inside = "inside" if wait.low <= theory() <= wait.high else "outside"
    print(f"ours   wait {wait.mean:.3f} ± {wait.half:.3f} h (95 %), theory {theory():.3f} h: {inside} the interval")
    print(f"       {report.finished:,} cases, {cost.cpu:.2f} CPU-s, {cost.cpu / report.finished * 1e6:.0f} µs a case")
    arguments = (days, 10, replications, SERVERS, ARRIVALS, SERVICE)
    try:
        peer = json.loads(run_peer([PEER], _PEER.format(peer=PEER), *map(str, arguments)))
    except subprocess.CalledProcessError as error:
        print(f"peer: left out, {error}")
        return
    print(f"peer   wait {peer['wait']:.3f} h, {peer['cases']:,} cases, {peer['cpu']:.2f} CPU-s")
    print(f"       ours needs {ratio(cost.cpu, peer['cpu'])} CPU, running a BPMN engine for every case")


if __name__ == "__main__":
    main()
