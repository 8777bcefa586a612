# --- Times: how long it takes until writes go to another node, and why
#
# stopped   A node says that it will stop, and does so FAREWELL seconds later (its own script). Its pooler hears it in
#           the next round, and a node that only reads go to in the ALL_EVERY-th: nobody meets a closed door.
# killed    The next round is refused, asks once more, and has the others' answers: two seconds at most.
# cut off   Nothing refuses: each of the two questions takes its CONNECT. Six seconds.
# overload  A node that answers slowly has PATIENCE, twice; one that is full has answered.
#
# Poolers that see the same choose the same within a round; no write goes to two nodes for longer than that.

PAUSE=1     # seconds between two rounds
ALL_EVERY=3 # rounds: the primary is asked in each, all nodes in every third, or when the primary is not ready
CONNECT=2   # seconds for a connection: two locations are 0.3 s apart, the rest is for a packet that was lost
PATIENCE=3  # seconds for connection and answer
AGAIN=0.2   # seconds until a node that was ready is asked once more: one answer may get lost on the way
SETTLED=30  # seconds of health after which a node is preferred to those behind it: none draws the writes to and fro
PULSE=30    # seconds after which a script that has ended no round counts as hung: its longest takes a dozen
STOPPING=25 # seconds that a stopping pooler has for its clients' transactions; below the workload's grace period
