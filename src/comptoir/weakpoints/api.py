"""
What other contexts may use of weak points: complaints by department and product, and tasks.

All functions work inside a workspace scope.
"""

from comptoir.analysis.complaints import SURE
from comptoir.weakpoints import costs, departments, products, tasks
from comptoir.weakpoints.asking import CLEAR, Filter
from comptoir.weakpoints.costs import Costs
from comptoir.weakpoints.departments import NONE, NOT_A_COMPLAINT, Department, Draft
from comptoir.weakpoints.figures import FEW, FEWEST, PERIODS, Line, Weak, weak_points
from comptoir.weakpoints.measuring import Measure, Side, measure
from comptoir.weakpoints.models import Task
from comptoir.weakpoints.moving import Lesson, MoveView, lessons, move, moves, undo
from comptoir.weakpoints.notices import read_at
from comptoir.weakpoints.opening import MEASURES, PAGE, Row, Rows, every_row, likeliest, one, rows
from comptoir.weakpoints.products import ProductView
from comptoir.weakpoints.said import PhraseLine, Said, said
from comptoir.weakpoints.suggesting import Suggestion, suggestions
from comptoir.weakpoints.tasks import ChangeView, TaskDraft, TaskView

KINDS = Task.Kind
STATES = Task.State

__all__ = [
    "CLEAR",
    "FEW",
    "FEWEST",
    "KINDS",
    "MEASURES",
    "NONE",
    "NOT_A_COMPLAINT",
    "PAGE",
    "PERIODS",
    "STATES",
    "SURE",
    "ChangeView",
    "Costs",
    "Department",
    "Draft",
    "Filter",
    "Lesson",
    "Line",
    "Measure",
    "MoveView",
    "PhraseLine",
    "ProductView",
    "Row",
    "Rows",
    "Said",
    "Side",
    "Suggestion",
    "TaskDraft",
    "TaskView",
    "Weak",
    "costs",
    "departments",
    "every_row",
    "lessons",
    "likeliest",
    "measure",
    "move",
    "moves",
    "one",
    "products",
    "read_at",
    "rows",
    "said",
    "suggestions",
    "tasks",
    "undo",
    "weak_points",
]
