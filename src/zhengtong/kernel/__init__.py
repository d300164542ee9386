"""What every room stands on and what knows no citizen: ids, time, money, regions, refusals, events, jobs, pages."""
