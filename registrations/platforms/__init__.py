"""What meeting platforms wrote about a session, read by shape; no database.

    with open(path, "rb") as file:
        report = reading.read(file)                       Report | Unmapped, or raises Unreadable
    placed = placing.place(report, schedule=…, zone=…)    Placed | Question
    people = grouping.people(placed, schedule=…)          tuple[Person, …]

`rows` holds what travels between these steps and to whoever matches people to registrations.
"""
