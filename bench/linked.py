"""Whom the vault holds for one person, of customers that were delivered."""
import collections
import subprocess

Linked = collections.namedtuple("Linked", "customer person tokens")


def linked_customers(programs, deployment, institution, customers):
    """A Linked for each of `customers` whose relation is stored: the vault's
    name of the person, and how many tokens the relation shows."""
    out = subprocess.run(
        [f"{programs}/bench_linked_customers", deployment, institution],
        input="\n".join(customers) + "\n", text=True, check=True,
        stdout=subprocess.PIPE).stdout
    return [Linked(*line.rsplit(",", 2)) for line in out.splitlines()]
