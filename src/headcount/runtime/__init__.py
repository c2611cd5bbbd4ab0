"""Airflow on this machine: a home of its own, DAGs in order, servers on loopback."""
