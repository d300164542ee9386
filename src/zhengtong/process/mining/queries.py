"""What a log tells: the directly-follows graph, variants, bottlenecks and rework."""

from zhengtong.process.mining.contracts import (
    Bottleneck,
    Edge,
    Graph,
    Rework,
    Spread,
    Variant,
)
from zhengtong.process.mining.log import Log

# The quantiles of `worked`: the time the law counts.
_WORKED = "avg(worked), quantile_cont(worked, [0.5, 0.9])"


def _spread(mean: float | None, quantiles: list[float] | None) -> Spread:
    median, p90 = quantiles or (0.0, 0.0)
    return Spread(mean=float(mean or 0), median=float(median), p90=float(p90))


def graph(log: Log) -> Graph:
    """Return the directly-follows graph with durations on its edges, most frequent first."""
    edges = log.ask(
        f"select activity, next_activity, count(*) as n, avg(elapsed), {_WORKED} from step where goes_on"  # noqa: S608 -- no input
        " group by activity, next_activity order by n desc, activity :: varchar, next_activity :: varchar"
    )
    counts = log.ask(
        """
        with bounds as (select min(place) as first, max(place) as last from step group by case_no)
        select activity :: varchar, count(*) as n,
               count(*) filter (place in (select first from bounds)),
               count(*) filter (place in (select last from bounds))
        from step group by activity order by n desc, 1
        """
    )
    return Graph(
        activities={activity: count for activity, count, _first, _last in counts},
        edges=tuple(
            Edge(source=source, target=target, count=count, elapsed=elapsed, worked=_spread(mean, quantiles))
            for source, target, count, elapsed, mean, quantiles in edges
        ),
        starts={activity: first for activity, _count, first, _last in counts if first},
        ends={activity: last for activity, _count, _first, last in counts if last},
        cases=sum(first for _activity, _count, first, _last in counts),
        events=sum(count for _activity, count, _first, _last in counts),
    )


def variants(log: Log, *, most: int = 50) -> tuple[Variant, ...]:
    """Return the *most* frequent ways through the process, most frequent first.

    Cases are grouped by a fingerprint of 128 bits over (activity, position) and their length, not by the sequence
    itself, which costs a third; two different ways would share a fingerprint once in about 10^26 pairs.
    """
    rows = log.ask(
        """
        with whole as (
            select case_no, min(place) as first, count(*) as length, max(office_seconds) - min(office_seconds) as worked
            from step group by case_no
        ), printed as (
            select case_no, any_value(length) as length, any_value(whole.worked) as worked,
                   bit_xor(hash(activity, place - first)) as one, bit_xor(hash(place - first, activity, 7)) as two
            from step join whole using (case_no) group by case_no
        ), ranked as (
            select count(*) as cases, count(*) / sum(count(*)) over () as share, min(case_no) as example,
                   avg(worked) as mean, quantile_cont(worked, [0.5, 0.9]) as quantiles
            from printed group by one, two, length order by cases desc, example limit ?
        ), shown as (
            select case_no as example, list(activity :: varchar order by place) as way
            from step where case_no in (select example from ranked) group by case_no
        )
        select cases, share, mean, quantiles, way from ranked join shown using (example) order by cases desc, example
        """,
        [most],
    )
    return tuple(
        Variant(activities=tuple(way), cases=cases, share=float(share), worked=_spread(mean, quantiles))
        for cases, share, mean, quantiles, way in rows
    )


def bottlenecks(log: Log, *, most: int = 20) -> tuple[Bottleneck, ...]:
    """Return where cases wait longest in sum, by the activity waited for and the office that does it."""
    rows = log.ask(
        f"""
        select next_activity :: varchar, coalesce(next_office :: varchar, ''), count(*), {_WORKED},
               sum(worked) as total,
               coalesce(sum(worked) / nullif(sum(sum(worked)) over (), 0), 0)
        from step where goes_on group by next_activity, next_office order by total desc, 1, 2 limit ?
        """,  # noqa: S608 -- no input
        [most],
    )
    return tuple(
        Bottleneck(
            activity=activity,
            office=office,
            count=count,
            worked=_spread(mean, quantiles),
            total_worked=float(total),
            share=float(share),
        )
        for activity, office, count, mean, quantiles, total, share in rows
    )


def rework(log: Log) -> tuple[Rework, ...]:
    """Return the activities that cases went through more than once, the costliest first.

    The cost of one case is the worked time from the first to the last time the activity was done.
    """
    rows = log.ask(
        """
        with again as (
            select activity, count(*) as times, max(office_seconds) - min(office_seconds) as cost
            from step group by case_no, activity having count(*) > 1
        )
        select activity :: varchar, count(*), sum(times - 1), count(*) / (select count(*) from case_name),
               sum(cost) as c
        from again group by activity order by c desc, 1
        """
    )
    return tuple(
        Rework(
            activity=activity,
            cases=cases,
            repetitions=int(repetitions),
            share_of_cases=float(share),
            worked=float(worked),
        )
        for activity, cases, repetitions, share, worked in rows
    )
